"""What the process of Schemathesis has been told of the platform, and who makes things there."""

import json
import os
from pathlib import Path

from client import Client
from things import Things

FACTS = json.loads(Path(os.environ["PLATFORM_WORLD"]).read_text(encoding="utf-8"))
API, PLACE = FACTS["api"], FACTS["place"]
OWNER = Client(API, token=FACTS["owner_token"])
THINGS = Things(OWNER, Client(API, token=FACTS["editor_token"]), PLACE, FACTS["address"], FACTS["database"])
