ALTER TABLE projections ADD COLUMN token INTEGER NOT NULL DEFAULT 0;

CREATE TABLE runners (
    projection TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL,
    beat INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    position INTEGER NOT NULL,
    stopped TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE rebuilds (
    projection TEXT PRIMARY KEY,
    holder TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE parked (
    projection TEXT NOT NULL,
    stream TEXT NOT NULL,
    position INTEGER NOT NULL,
    type TEXT NOT NULL,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (projection, stream)
) WITHOUT ROWID;

CREATE TABLE set_aside (
    projection TEXT NOT NULL,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (projection, position)
) WITHOUT ROWID;

CREATE TABLE read_migrations (
    projection TEXT NOT NULL,
    version INTEGER NOT NULL,
    phase TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (projection, version, phase)
) WITHOUT ROWID;
