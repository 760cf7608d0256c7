"""Published work reports: their figures as data, and how a counted place compares with them."""
