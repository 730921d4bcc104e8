"""What `croissant.json` tells of collection, limits and privacy, in the vocabulary Croissant RAI 1.0."""

from typing import Any

from .card import Story
from .facts import Facts

CAPTURE = (
    "Every shot comes from one view and one camera that does not move: a picture in visible mode in the dark (low), "
    "then one with the infrared-cut filter out and the camera's infrared lamp on (nire), and, where there is a "
    "reference, the lit scene in visible mode."
)
LIMITATIONS = [
    "Cheap cameras compress: noise and blocks are part of the pictures.",
    "Near-infrared light shows materials otherwise than visible light: inks and dyes vanish, foliage is bright.",
    "The lamp mirrors in shiny things and falls off with distance.",
    "Automatic checks miss defects, and find some where there are none.",
]
USE = "Training and evaluation of low-light image enhancement that is guided by near-infrared light."


def responsible_ai(facts: Facts, story: Story) -> dict[str, Any]:
    """Return the entries by their names in the file."""
    return {
        "rai:dataCollection": " ".join([CAPTURE, *_origins(story)]),
        "rai:dataCollectionType": ["Physical data collection"] * (story.shots > story.synthetic)
        + ["Software Collection"] * (story.synthetic > 0),
        "rai:dataCollectionMissingData": f"{sum(story.left_out.values())} of {story.total} shots were not kept.",
        "rai:dataPreprocessingProtocol": _preprocessing(story),
        "rai:machineAnnotationTools": ["nirecap curate: flags and scores of each shot, with the limits on the card"],
        "rai:dataLimitations": LIMITATIONS,
        "rai:dataUseCases": [USE],
        "rai:personalSensitiveInformation": _privacy(facts, story),
        "rai:dataReleaseMaintenancePlan": "Versions are numbered; CHANGELOG.md tells how each differs from the last.",
    }


def _origins(story: Story) -> list[str]:
    counts = {
        "were taken by nirecap, which verified every switch in the pixels": story.shots
        - story.imported
        - story.synthetic,
        "were imported": story.imported,
        "are synthetic, computed by the optics of a simulated camera": story.synthetic,
    }
    return [f"{number} shots {what}." for what, number in counts.items() if number]


def _preprocessing(story: Story) -> list[str]:
    stripped = "Image files are as captured, byte for byte" + (
        "." if story.keep_metadata else ", but for their metadata."
    )
    aligned = f"{story.aligned} shots were misaligned; their images are brought onto each other and cropped."
    return [stripped, *([aligned] if story.aligned else [])]


def _privacy(facts: Facts, story: Story) -> list[str]:
    lines = [
        "Image files hold all metadata that they had, positions and serial numbers included."
        if story.keep_metadata
        else "Positions, serial numbers and owners were taken out of the image files."
    ]
    lines += [f"Consent, for {number} shots: {said}" for said, number in story.consents.items()]
    if story.unsaid:
        lines.append(f"Nothing was recorded about the consent of people in view for {story.unsaid} shots.")
    if "people" in story.thresholds:
        people = facts.counts.get("flag", {}).get("people", 0)
        lines.append(f"{people} shots are flagged as showing people; the detector misses some.")
    return lines
