"""Calls a running service with Triton's own client: python3 triton_client.py HTTP_ADDRESS GRPC_ADDRESS

Needs `pip install tritonclient[all]`. Expected values are golden rows of the model, which
scikit-learn computed when the model was exported.
"""

import sys

import numpy as np
import tritonclient.grpc
import tritonclient.http

EXPECTED = [0.451196148, 0.139755427]


def columns():
    yield "distance", "FP32", np.array([106, 606], np.float32)
    yield "hour", "INT64", np.array([0, 8], np.int64)
    yield "weekday", "INT64", np.array([1, 6], np.int64)
    yield "origin", "BYTES", np.array(["JFK", "ATL"], object)
    yield "destination", "BYTES", np.array(["BDL", "ORD"], object)


def inputs(api, **options):
    made = []
    for name, datatype, values in columns():
        tensor = api.InferInput(name, [2, 1], datatype)
        tensor.set_data_from_numpy(values.reshape(2, 1), **options)
        made.append(tensor)
    return made


def check(api, client, **options):
    assert client.is_server_live() and client.is_server_ready()
    assert client.is_model_ready("flight-delay") and not client.is_model_ready("other")
    assert not client.is_model_ready("flight-delay", "99")
    assert "mlops4j" in str(client.get_server_metadata())
    assert "destination" in str(client.get_model_metadata("flight-delay"))
    for version in "", "1":
        result = client.infer("flight-delay", inputs(api, **options), model_version=version, request_id="q")
        np.testing.assert_allclose(result.as_numpy("probability").ravel(), EXPECTED, atol=1e-6)
    try:
        client.infer("flight-delay", inputs(api, **options)[1:])
    except api.InferenceServerException as error:
        assert "distance: found no such column" in str(error), error
    else:
        raise AssertionError("a missing input was accepted")


http = tritonclient.http.InferenceServerClient(sys.argv[1])
check(tritonclient.http, http, binary_data=True)
check(tritonclient.http, http, binary_data=False)
check(tritonclient.grpc, tritonclient.grpc.InferenceServerClient(sys.argv[2]))
print("all calls were answered as expected")
