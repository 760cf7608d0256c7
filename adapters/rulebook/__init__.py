"""The rule book and the catalogue of parameters as pages of docs, made from the rules and their examples."""
