-- What every page asks: what of a case is here, and what was set aside.
CREATE INDEX blobs_by_doc ON blobs(doc, kind, state);
CREATE INDEX changes_set_aside ON changes(doc) WHERE state = 'refused';
CREATE INDEX statements_unsent ON statements(doc) WHERE state = 'unsent';
CREATE INDEX statements_set_aside ON statements(doc) WHERE state = 'refused';
