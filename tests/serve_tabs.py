"""The real app for the tests of the tabs 评测 and 设置: python serve_tabs.py FOLDER, which it works in.

FOLDER holds `yinju.toml` and a small evaluation.
"""

import os
import sys
from pathlib import Path

from fake_assistant import forbid_outside

from rag.assistant import open_assistant
from rag.config import load_settings
from rag.web import evaluation_runs
from rag.web.server import launch

sys.addaudithook(forbid_outside)
folder = Path(sys.argv[1])
os.chdir(folder)
evaluation_runs.ROOT = folder
settings = load_settings()
launch(open_assistant(settings), settings.web)
