"""The preview: a page with the live picture in both modes, to aim camera and lamp before a session."""
