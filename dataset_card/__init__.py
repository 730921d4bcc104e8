"""The kept shots of a collection as a published dataset: Parquet shards, card, changelog."""
