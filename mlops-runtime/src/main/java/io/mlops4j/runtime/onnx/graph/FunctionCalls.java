package io.mlops4j.runtime.onnx.graph;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The calls of a model's own functions.
 *
 * <p>ONNX Runtime inlines functions without checks. A call with more inputs or outputs than the
 * function has ends the process, and recursive or exponentially nested calls are inlined without
 * end.
 */
final class FunctionCalls {
  private static final long MOST_CALLS = 1_000_000;

  private final Map<String, Body> functions = new HashMap<>();

  /** Returns the key that is equal for a function and its calls. */
  static String key(String domain, String name, String overload) {
    return (domain.equals("ai.onnx") ? "" : domain) + ":" + name + ":" + overload;
  }

  void add(String function, Body body) {
    functions.put(function, body);
  }

  /**
   * @throws IOException naming a function that is called wrongly, by a graph or another function
   */
  void check(Body graph) throws IOException {
    expanded(graph);
  }

  private long expanded(Body body) throws IOException {
    if (body.expanded == Body.IN_PROGRESS) {
      throw new IOException("functions that call themselves");
    }
    if (body.expanded == Body.UNKNOWN) {
      body.expanded = Body.IN_PROGRESS;
      long calls = 1;
      for (Map.Entry<String, Call> call : body.calls.entrySet()) {
        Body callee = functions.get(call.getKey());
        if (callee != null) {
          checkCall(call.getKey(), call.getValue(), callee);
          calls += call.getValue().count * expanded(callee);
        }
        if (calls > MOST_CALLS) {
          throw new IOException("more than " + MOST_CALLS + " calls of functions by functions");
        }
      }
      body.expanded = calls;
    }
    return body.expanded;
  }

  private static void checkCall(String name, Call call, Body callee) throws IOException {
    if (call.inputs > callee.inputs || call.outputs > callee.outputs) {
      throw new IOException(
          "a call of function %s with %d inputs and %d outputs, which has %d and %d"
              .formatted(name, call.inputs, call.outputs, callee.inputs, callee.outputs));
    }
  }

  /** A graph or a function's body. */
  static final class Body {
    private static final long UNKNOWN = -1;
    private static final long IN_PROGRESS = -2;

    private final Map<String, Call> calls = new HashMap<>();
    private long expanded = UNKNOWN;
    int inputs;
    int outputs;

    void call(String operator, int withInputs, int withOutputs) {
      Call call = calls.computeIfAbsent(operator, key -> new Call());
      call.count++;
      call.inputs = Math.max(call.inputs, withInputs);
      call.outputs = Math.max(call.outputs, withOutputs);
    }
  }

  /** All calls of one operator in one body, with the largest numbers of inputs and outputs. */
  private static final class Call {
    private int count;
    private int inputs;
    private int outputs;
  }
}
