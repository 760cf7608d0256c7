"""Generated pages of docs/: made from the definitions, the classes and the rule book, checked in, compared in CI."""
