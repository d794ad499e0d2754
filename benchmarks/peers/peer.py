"""The peer's side of `benchmarks/src/peers.ts`: requests and answers as JSON lines on stdin and stdout.

    from peer import serve

    def encode(texts):
        return {"seconds": ...}

    serve({"encode": encode})

Anything a library prints goes to stderr, so that stdout carries answers only.
"""

import json
import os
import sys
import traceback


def serve(methods):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": methods[request["method"]](**request["params"])}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
