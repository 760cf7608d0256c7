"""Keys of persons and cases, wrapped by a master key and kept apart from the log, with the identity index."""
