"""The peer's side of `benchmarks/src/peers/peer.ts`: requests and answers as JSON lines on stdin and stdout.

    from peer import serve

    def encode(texts):
        return {"seconds": ...}

    serve({"encode": encode})

Output of libraries goes to stderr, so that stdout carries answers only. The method `ready` is always there: its answer
says that the imports of the script are done.
"""

import json
import os
import sys
import traceback


def serve(methods):
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    methods = {"ready": lambda: {}, **methods}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = {"result": methods[request["method"]](**request["params"])}
        except Exception as error:
            traceback.print_exc()
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
