"""The tablet from Python, through the generated binding: one visit from enrolment to the office.

Starts nothing itself. The environment says where everything is:

KANYAN_LIB       folder with libkanyan and the generated kanyan.py
KANYAN_SERVER    address of a server with a case assigned to the officer below
KANYAN_CODE      one-time enrolment code
KANYAN_LOGIN, KANYAN_PASSWORD  the officer
KANYAN_PHOTO     a JPEG as a camera gives it
KANYAN_REPORT    file for what was done, as JSON, for whoever checks the server

The steps of Visit build on each other and run in the order of their names.
"""

import base64
import hashlib
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.environ["KANYAN_LIB"])

import kanyan
from kanyan import Answer, Confirmation, Instrument, ItemKind, Outcome, TabletError, Verdict

KEY = bytes(range(32))
# The day of the visit, by which certificates are judged.
DAY = "2018-03-12"
RECEPTION = "F1"


class Heard(kanyan.SyncListener):
    """Keeps what it hears, and asks the tablet something meanwhile."""

    def __init__(self, tablet):
        self.tablet = tablet
        self.progress = []
        self.thread = None

    def on_progress(self, progress):
        self.thread = threading.get_ident()
        self.tablet.status()
        self.progress.append(progress)


class Throwing(kanyan.SyncListener):
    def __init__(self):
        self.called = 0

    def on_progress(self, progress):
        self.called += 1
        raise ValueError("thrown by a listener")


def answer_for(item):
    """What passes, for any kind of item."""
    if item.kind in (ItemKind.MEASURE, ItemKind.COUNT):
        # "≥ 20 m²": the bound itself passes.
        return Answer(outcome=Outcome.PASS, value=item.threshold.zh.split()[1])
    if item.kind == ItemKind.CERTIFICATE:
        shown = Instrument(name=item.text.zh[:40].strip(), calibrated_until="2018-12-31")
        return Answer(outcome=Outcome.PASS, instrument=shown)
    return Answer(outcome=Outcome.PASS)


class Visit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.tablet = kanyan.Tablet.open(cls.folder.name, KEY)
        cls.picture = pathlib.Path(os.environ["KANYAN_PHOTO"]).read_bytes()
        cls.report = {"answers": {}, "photos": []}
        cls.officer = None
        cls.doc = None

    @classmethod
    def tearDownClass(cls):
        cls.tablet.shut_down()
        cls.folder.cleanup()

    def row(self, item):
        rows = self.tablet.checklist(self.doc, DAY).items
        return next(row for row in rows if row.id == item)

    def answer(self, item, answer):
        self.tablet.answer(self.doc, self.officer, item, answer)
        self.report["answers"][item] = [answer.outcome.name, answer.value]

    def test_01_enrols_and_signs_in(self):
        with self.assertRaises(TabletError.NotEnrolled):
            self.tablet.sync()
        with self.assertRaises(TabletError.Refused) as refused:
            self.tablet.enrol(os.environ["KANYAN_SERVER"], "AAAA-AAAA-AAAA")
        self.assertEqual(refused.exception.status, 403)
        enrolled = self.tablet.enrol(os.environ["KANYAN_SERVER"], os.environ["KANYAN_CODE"])
        self.assertEqual(len(enrolled.device), 32)
        self.assertEqual(self.tablet.enrolment(), enrolled)
        with self.assertRaises(TabletError.AlreadyEnrolled):
            self.tablet.enrol(os.environ["KANYAN_SERVER"], os.environ["KANYAN_CODE"])

        login, password = os.environ["KANYAN_LOGIN"], os.environ["KANYAN_PASSWORD"]
        with self.assertRaises(TabletError.UnknownOfficer) as unknown:
            self.tablet.unlock(login, password)
        self.assertEqual(unknown.exception.login, login)
        with self.assertRaises(TabletError.WrongPassword):
            self.tablet.sign_in(login, "not-the-password")
        cls = type(self)
        cls.officer = self.tablet.sign_in(login, password)
        (known,) = self.tablet.officers()
        self.assertEqual((known.id, known.login, known.unlocked), (self.officer, login, True))
        self.report["device"] = enrolled.device
        self.report["officer"] = self.officer

    def test_02_fetches_its_case_and_the_listener_hears_of_it(self):
        listener = Heard(self.tablet)
        summary = self.tablet.sync(listener)
        self.assertGreaterEqual(summary.exchanges, 1)
        self.assertGreater(summary.bytes_received, 0)
        self.assertEqual(summary.set_aside, [])
        self.assertGreaterEqual(len(listener.progress), 1)
        self.assertEqual(listener.thread, threading.get_ident())
        (case,) = self.tablet.cases()
        self.assertIn(self.officer, [one.id for one in case.officers])
        self.assertFalse(case.sealed)
        type(self).doc = case.doc
        self.report["doc"] = case.doc
        self.assertGreaterEqual(len(self.tablet.sync_log(10)), 1)

    def test_03_a_measured_value_is_judged_against_its_clause(self):
        row = self.row(RECEPTION)
        self.assertEqual((row.kind, row.verdict), (ItemKind.MEASURE, Verdict.MISSING))
        self.assertEqual(row.threshold.zh, "≥ 20 m²")
        self.assertTrue(row.clause and row.text.zh and row.text.en and row.section.zh)
        # The inspector's tap is a finding; the numbers decide.
        self.answer(RECEPTION, Answer(outcome=Outcome.PASS, value="18.5"))
        row = self.row(RECEPTION)
        self.assertEqual(row.verdict, Verdict.FAIL)
        self.assertIn("18.5 m² < 20 m²", row.reason.zh)
        self.assertTrue(row.note_required)
        self.assertEqual(row.answer.officer, self.officer)
        self.answer(RECEPTION, Answer(outcome=Outcome.PASS, value="21"))
        row = self.row(RECEPTION)
        self.assertEqual((row.verdict, row.answer.answer.value), (Verdict.PASS, "21"))
        self.assertEqual(row.conflict, [])

    def test_04_every_other_item_is_answered_offline(self):
        before = self.tablet.checklist(self.doc, DAY)
        self.assertGreater(len(before.items), 50)
        self.assertFalse(before.complete)
        for item in before.items:
            if item.id != RECEPTION:
                self.answer(item.id, answer_for(item))
        self.tablet.note(self.doc, self.officer, RECEPTION, "  现场复测  ")
        self.assertEqual(self.row(RECEPTION).notes[0].text, "现场复测")
        after = self.tablet.checklist(self.doc, DAY)
        self.assertEqual(after.failed, 0)
        # What is still missing is missing a photo.
        missing = [item for item in after.items if item.verdict == Verdict.MISSING]
        self.assertTrue(missing)
        self.assertTrue(all("照片" in item.reason.zh for item in missing), missing)
        self.report["missing"] = [item.id for item in missing]
        # On another day the certificates have expired.
        later = self.tablet.checklist(self.doc, "2020-01-01")
        self.assertGreater(later.failed, 0)

    def test_05_a_photo_is_kept_upright(self):
        item = self.report["missing"][0]
        place = kanyan.Place(latitude=28.9, longitude=120.0)
        photo = self.tablet.add_photo(self.doc, self.officer, item, self.picture, place)
        upright = self.tablet.read_photo(photo.sha256)
        self.assertEqual(hashlib.sha256(upright).hexdigest(), photo.sha256)
        self.assertEqual(len(upright), photo.bytes)
        self.assertTrue(upright.startswith(b"\xff\xd8"))
        self.assertLess(len(self.tablet.read_photo(photo.thumbnail)), len(upright))
        # The camera's own place wins over the tablet's.
        self.assertIsNotNone(photo.taken)
        self.assertNotEqual(photo.place.latitude, 28.9)
        self.assertEqual([one.key for one in self.tablet.photos(self.doc)], [photo.key])
        self.assertEqual(self.row(item).photos, 1)
        self.report["photos"].append([item, photo.sha256])

    def test_06_errors_say_what_to_do(self):
        tablet, doc, officer = self.tablet, self.doc, self.officer
        with self.assertRaises(TabletError.BadPhoto) as bad:
            tablet.add_photo(doc, officer, RECEPTION, self.picture[: len(self.picture) // 2])
        self.assertTrue(bad.exception.reason and bad.exception.reason_zh)
        with self.assertRaises(TabletError.BadInput):
            tablet.answer(doc, officer, "X9", Answer(outcome=Outcome.PASS))
        with self.assertRaises(TabletError.BadInput):
            tablet.answer(doc, officer, RECEPTION, Answer(outcome=Outcome.PASS, value="viel"))
        with self.assertRaises(TabletError.BadInput):
            tablet.checklist("no document")
        with self.assertRaises(TabletError.NotFound):
            tablet.checklist("0" * 32)
        with self.assertRaises(TabletError.NotFound):
            tablet.read_photo("0" * 64)
        with self.assertRaises(TabletError.NotYet):
            tablet.sign_off(doc, officer)
        tablet.lock()
        with self.assertRaises(TabletError.Locked) as locked:
            tablet.answer(doc, officer, RECEPTION, Answer(outcome=Outcome.FAIL))
        self.assertEqual(locked.exception.officer, officer)
        with self.assertRaises(TabletError.WrongPassword):
            tablet.unlock(os.environ["KANYAN_LOGIN"], "not-the-password")
        self.assertEqual(
            tablet.unlock(os.environ["KANYAN_LOGIN"], os.environ["KANYAN_PASSWORD"]), officer
        )

    def test_07_a_cancelled_sync_loses_nothing(self):
        before = self.tablet.status()
        self.assertGreater(before.unsent_changes, 0)
        self.assertEqual(before.unsent_photos, 2)
        cancel = kanyan.SyncCancel()
        cancel.cancel()
        self.assertTrue(cancel.is_cancelled())
        with self.assertRaises(TabletError.Cancelled):
            self.tablet.sync(None, cancel)
        after = self.tablet.status()
        self.assertEqual(after.unsent_changes, before.unsent_changes)
        self.assertEqual(after.unsent_photos, 2)

    def test_08_everything_unsent_fits_in_a_rescue_file(self):
        file = self.tablet.rescue()
        (photo,) = self.tablet.photos(self.doc)
        self.assertIn(self.tablet.read_photo(photo.sha256), file)
        self.assertEqual(self.tablet.status().unsent_photos, 2)
        self.report["rescue"] = base64.b64encode(file).decode()

    def test_09_a_listener_that_throws_does_not_stop_the_sync(self):
        listener = Throwing()
        summary = self.tablet.sync(listener)
        self.assertGreaterEqual(listener.called, 1)
        self.assertGreaterEqual(summary.changes_sent, len(self.report["answers"]))
        self.assertEqual(summary.files_sent, 2)
        self.assertEqual(summary.set_aside, [])

    def test_10_the_applicant_confirms_and_the_officer_signs(self):
        signed = Confirmation.SIGNED(name="某某", strokes="M100 150L180 90L220 210")
        self.assertEqual(len(self.tablet.confirm(self.doc, self.officer, signed)), 64)
        self.assertEqual(len(self.tablet.sign_off(self.doc, self.officer)), 64)
        self.assertGreaterEqual(self.tablet.case_status(self.doc).unsent_changes, 2)

    def test_11_in_the_end_nothing_is_unsent(self):
        for _ in range(5):
            self.tablet.sync()
            status = self.tablet.status()
            if status.unsent_changes == 0 and status.unsent_photos == 0:
                break
        self.assertEqual((status.unsent_changes, status.unsent_photos, status.refused), (0, 0, 0))
        case = self.tablet.case_status(self.doc)
        self.assertEqual((case.photos_safe, case.photos), (2, 2))
        # The store is the same after closing and opening.
        self.tablet.shut_down()
        self.tablet.shut_down()
        with self.assertRaises(TabletError.Closed):
            self.tablet.cases()
        type(self).tablet = kanyan.Tablet.open(self.folder.name, KEY)
        self.assertEqual(self.row(RECEPTION).answer.answer.value, "21")
        pathlib.Path(os.environ["KANYAN_REPORT"]).write_text(json.dumps(self.report))


class Alone(unittest.TestCase):
    """What needs no server."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_the_wrong_key_opens_nothing(self):
        kanyan.Tablet.open(self.folder.name, KEY).shut_down()
        with self.assertRaises(TabletError.WrongKey):
            kanyan.Tablet.open(self.folder.name, bytes(32))
        with self.assertRaises(TabletError.BadInput):
            kanyan.Tablet.open(self.folder.name, b"short")

    def test_a_second_object_on_the_same_folder_is_refused(self):
        first = kanyan.Tablet.open(self.folder.name, KEY)
        with self.assertRaises(TabletError.InUse):
            kanyan.Tablet.open(self.folder.name, KEY)
        first.shut_down()
        kanyan.Tablet.open(self.folder.name, KEY).shut_down()

    def test_without_a_server_it_says_offline(self):
        tablet = kanyan.Tablet.open(self.folder.name, KEY)
        self.addCleanup(tablet.shut_down)
        with self.assertRaises(TabletError.Offline) as offline:
            tablet.enrol("http://127.0.0.1:9", "AAAA-AAAA-AAAA")
        self.assertIn("no connection", str(offline.exception))

    def test_an_object_may_be_dropped_on_another_thread(self):
        dropped = []

        def work(box):
            box.pop().officers()
            dropped.append(True)

        box = [kanyan.Tablet.open(self.folder.name, KEY)]
        thread = threading.Thread(target=work, args=(box,))
        thread.start()
        thread.join()
        self.assertEqual(dropped, [True])
        # The store is free again: the other thread really let go of it.
        deadline = time.monotonic() + 10
        while True:
            try:
                kanyan.Tablet.open(self.folder.name, KEY).shut_down()
                break
            except TabletError.InUse:
                self.assertLess(time.monotonic(), deadline, "the store was never released")
                time.sleep(0.05)


if __name__ == "__main__":
    unittest.main(verbosity=2, failfast=True)
