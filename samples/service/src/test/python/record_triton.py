"""Records requests of Triton's own client, whose answers TritonRequestsTest checks: python3 record_triton.py FOLDER

Needs `pip install tritonclient[all]` (here: triton-inference-server/client at 58a44ca, of May 2026). Requests over
HTTP are the bytes of the connection without the lines Host and User-Agent, those over gRPC are messages.
"""

import socket
import sys
import threading

import numpy as np
import tritonclient.grpc
import tritonclient.http
from tritonclient.grpc._utils import _get_inference_request


def inputs(api, rows=2, **options):
    columns = [
        ("distance", "FP32", np.array([106, 606], np.float32)),
        ("hour", "INT64", np.array([0, 8], np.int64)),
        ("weekday", "INT64", np.array([1, 6], np.int64)),
        ("origin", "BYTES", np.array(["JFK", "ATL"], object)),
        ("destination", "BYTES", np.array(["BDL", "ORD"], object)),
    ]
    for name, datatype, values in columns:
        tensor = api.InferInput(name, [rows, 1], datatype)
        tensor.set_data_from_numpy(values[:rows].reshape(rows, 1), **options)
        yield tensor


def received(call):
    """The bytes of the one request that the call sends."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        whole = []

        def serve():
            connection, _ = server.accept()
            with connection:
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                head, body = data.split(b"\r\n\r\n", 1)
                lines = head.split(b"\r\n")
                length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length"))
                while len(body) < length:
                    body += connection.recv(65536)
                kept = [line for line in lines if not line.lower().startswith((b"host:", b"user-agent:"))]
                whole.append(b"\r\n".join(kept) + b"\r\n\r\n" + body)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            call(tritonclient.http.InferenceServerClient("127.0.0.1:%d" % server.getsockname()[1]))
        except Exception:
            pass  # the answer is none
        thread.join()
        return whole[0]


def save(name, data):
    with open(sys.argv[1] + "/" + name, "wb") as file:
        file.write(data)


http = tritonclient.http
named = lambda binary: [http.InferRequestedOutput("probability", binary_data=binary)]
many = {"request_id": "q", "priority": 1, "timeout": 1000, "sequence_id": 4, "sequence_start": True, "parameters": {"a": "b"}}
for name, call in {
    "binary.http": lambda client: client.infer("flight-delay", list(inputs(http))),
    "json.http": lambda client: client.infer("flight-delay", list(inputs(http, binary_data=False)), outputs=named(False)),
    "version.http": lambda client: client.infer("flight-delay", list(inputs(http)), model_version="1", outputs=named(True)),
    "parameters.http": lambda client: client.infer("flight-delay", list(inputs(http)), **many),
    "empty.http": lambda client: client.infer("flight-delay", list(inputs(http, 0))),
    "classes.http": lambda client: client.infer("flight-delay", list(inputs(http)), outputs=[http.InferRequestedOutput("probability", class_count=2)]),
}.items():
    save(name, received(call))

grpc = tritonclient.grpc


def message(rows=2, outputs=None, version="", **options):
    settings = dict(request_id="", sequence_id=0, sequence_start=False, sequence_end=False, priority=0, timeout=None, parameters=None)
    settings.update(options)
    return _get_inference_request(
        model_name="flight-delay", inputs=list(inputs(grpc, rows)), model_version=version, outputs=outputs, **settings
    ).SerializeToString()


save("raw.grpc", message())
save("version.grpc", message(version="1", outputs=[grpc.InferRequestedOutput("probability")]))
save("parameters.grpc", message(sequence_end=False, **many))
save("empty.grpc", message(0))
save("classes.grpc", message(outputs=[grpc.InferRequestedOutput("probability", class_count=2)]))
