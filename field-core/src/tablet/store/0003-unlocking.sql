-- Short codes that unlock an officer on this tablet alone. The officer's key is sealed under the
-- code together with the key of the evidence files, so that a copy of this row without the
-- storage key opens nothing.
CREATE TABLE pins (
    officer    TEXT PRIMARY KEY REFERENCES officers(id) ON DELETE CASCADE,
    salt       BLOB NOT NULL,
    sealed_key BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Wrong secrets in a row; counted before the secret is tried, so that ending the program does not
-- give another try.
CREATE TABLE attempts (
    officer TEXT PRIMARY KEY REFERENCES officers(id) ON DELETE CASCADE,
    wrong   INTEGER NOT NULL,
    at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the server wrote into each document, beside it, so that a list of cases opens none.
CREATE TABLE facts (
    doc  BLOB PRIMARY KEY REFERENCES documents(doc) ON DELETE CASCADE,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- How the person at the tablet left it: language, airplane mode, who works.
CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
