-- Others' signatures over the newest change of their actors, as they came: with them this tablet
-- can bring their work to a server that lost it.
CREATE TABLE signatures (
    doc       BLOB NOT NULL REFERENCES documents(doc),
    actor     BLOB NOT NULL,
    change    BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (doc, actor, change)
) STRICT, WITHOUT ROWID;
