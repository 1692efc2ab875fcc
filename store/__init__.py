"""What a record is, and where it rests: schemas, corpus, journal, shards and versions."""
