"""The contract that other offices build on: schemas made from the classes, one AsyncAPI document, what may change."""
