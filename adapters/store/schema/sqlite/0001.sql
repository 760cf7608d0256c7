CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    stream TEXT NOT NULL,
    version INTEGER NOT NULL,
    type TEXT NOT NULL,
    type_version INTEGER NOT NULL,
    command TEXT NOT NULL,
    actor TEXT NOT NULL,
    division TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    causation TEXT,
    payload BLOB NOT NULL,
    UNIQUE (stream, version)
);

CREATE INDEX events_recorded_at ON events (recorded_at);

CREATE INDEX events_forgotten ON events (position) WHERE type = 'PersonForgotten';

CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    answer BLOB NOT NULL,
    first INTEGER,
    last INTEGER
);

CREATE TABLE access (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    case_no TEXT,
    purpose TEXT NOT NULL,
    outcome TEXT NOT NULL,
    command TEXT
);

CREATE INDEX access_case ON access (case_no);

CREATE TABLE tracking (
    application_name TEXT PRIMARY KEY,
    notification_id INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE projections (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    log_id TEXT NOT NULL,
    position INTEGER NOT NULL,
    stream TEXT NOT NULL,
    stream_version INTEGER NOT NULL
) WITHOUT ROWID;
