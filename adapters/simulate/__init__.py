"""A place whose books give a published report's figures: planned here, played through commands."""
