"""tuspy brings a file; says "again" before it tries again after a cut, "done" at the end.

tus_client.py ENDPOINT AUTHORIZATION FILE SHA256
"""

import sys

from requests import exceptions
from tusclient import client
from tusclient.exceptions import TusCommunicationError

endpoint, authorization, path, sha256 = sys.argv[1:]
uploader = client.TusClient(endpoint, headers={"authorization": authorization}).uploader(
    path, chunk_size=64 * 1024, metadata={"sha256": sha256}
)
for _ in range(50):
    try:
        # After a cut only the server knows how much arrived.
        if uploader.url:
            uploader.offset = uploader.get_offset()
        uploader.upload()
        print("done", flush=True)
        break
    except (TusCommunicationError, exceptions.ConnectionError, OSError):
        print("again", flush=True)
