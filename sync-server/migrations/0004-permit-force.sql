-- A permit may be suspended and get its force back; the history says why.
ALTER TABLE permits ADD COLUMN suspended_on TEXT;
