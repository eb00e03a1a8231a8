package io.mlops4j.runtime.tensorflow;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds the operations that a graph may run for given tensors.
 *
 * <p>In the graph itself these are the nodes that lead to the tensors; TensorFlow prunes the rest.
 * In a function they are all nodes, because those with side effects run too. If a protobuf has a
 * field twice, both count, whichever TensorFlow uses. Values of constants are skipped.
 */
final class GraphOperations {
  /** Deeper than functions are ever nested. */
  private static final int DEEPEST = 100;

  private final Map<String, List<Node>> nodes = new HashMap<>();
  private final Map<String, List<Node>> functions = new HashMap<>();

  private static final class Node {
    private String name = "";
    private final Set<String> operations = new HashSet<>();
    private final List<String> inputs = new ArrayList<>();
    private final Set<String> functions = new HashSet<>();
  }

  /** Reads a graph, or a part of it, to the end of the message. */
  void read(CodedInputStream graph) throws IOException {
    for (int tag = graph.readTag(); tag != 0; tag = graph.readTag()) {
      if (isMessage(tag, 1)) {
        Node node = node(graph);
        nodes.computeIfAbsent(node.name, key -> new ArrayList<>()).add(node);
      } else if (isMessage(tag, 2)) {
        message(graph, this::library);
      } else {
        skip(graph, tag);
      }
    }
  }

  private interface Fields {
    void read(CodedInputStream in) throws IOException;
  }

  private static void message(CodedInputStream in, Fields fields) throws IOException {
    int limit = in.pushLimit(in.readRawVarint32());
    fields.read(in);
    in.popLimit(limit);
  }

  private void library(CodedInputStream in) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, 1)) {
        message(in, this::function);
      } else {
        skip(in, tag);
      }
    }
  }

  private void function(CodedInputStream in) throws IOException {
    Set<String> names = new HashSet<>();
    List<Node> body = new ArrayList<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, 1)) {
        message(in, signature -> named(signature, names));
      } else if (isMessage(tag, 3)) {
        Node node = node(in);
        node.inputs.clear(); // all of the body runs, and its names are not the graph's
        body.add(node);
      } else {
        skip(in, tag);
      }
    }
    names.forEach(name -> functions.computeIfAbsent(name, key -> new ArrayList<>()).addAll(body));
  }

  /** The name is the first field of what a function says of itself, and of whoever calls it. */
  private static void named(CodedInputStream in, Set<String> names) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, 1)) {
        names.add(in.readString());
      } else {
        skip(in, tag);
      }
    }
  }

  private static Node node(CodedInputStream in) throws IOException {
    Node node = new Node();
    message(
        in,
        fields -> {
          for (int tag = fields.readTag(); tag != 0; tag = fields.readTag()) {
            if (isMessage(tag, 1)) {
              node.name = fields.readString();
            } else if (isMessage(tag, 2)) {
              node.operations.add(fields.readString());
            } else if (isMessage(tag, 3)) {
              node.inputs.add(fields.readString());
            } else if (isMessage(tag, 5)) {
              message(fields, entry -> attribute(entry, node.functions, 0));
            } else {
              skip(fields, tag);
            }
          }
        });
    return node;
  }

  /** The functions that an entry of attributes names. */
  private static void attribute(CodedInputStream in, Set<String> functions, int depth)
      throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, 2)) {
        message(in, value -> value(value, functions, 10, depth));
      } else {
        skip(in, tag);
      }
    }
  }

  private static void value(CodedInputStream in, Set<String> functions, int called, int depth)
      throws IOException {
    if (depth > DEEPEST) {
      throw new IOException("more than " + DEEPEST + " messages inside each other");
    }
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, called)) {
        message(in, call -> call(call, functions, depth + 1));
      } else if (called == 10 && isMessage(tag, 1)) {
        message(in, list -> value(list, functions, 9, depth + 1));
      } else {
        skip(in, tag);
      }
    }
  }

  private static void call(CodedInputStream in, Set<String> functions, int depth)
      throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (isMessage(tag, 1)) {
        functions.add(in.readString());
      } else if (isMessage(tag, 2)) {
        message(in, entry -> attribute(entry, functions, depth));
      } else {
        skip(in, tag);
      }
    }
  }

  private static boolean isMessage(int tag, int field) {
    return tag == (field << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  private static void skip(CodedInputStream in, int tag) throws IOException {
    if (!in.skipField(tag)) {
      throw new IOException("an end of a group without its beginning");
    }
  }

  /**
   * Returns the operations that may run for given tensors or nodes.
   *
   * @param asked names of tensors or nodes
   */
  Set<String> running(Collection<String> asked) {
    Deque<Node> left = new ArrayDeque<>();
    Set<String> seen = new HashSet<>();
    asked.forEach(name -> take(nodes, seen, "node ", node(name), left));
    Set<String> operations = new TreeSet<>();
    for (Node node = left.poll(); node != null; node = left.poll()) {
      Set<String> called = new HashSet<>(node.functions);
      for (String operation : node.operations) {
        if (functions.containsKey(operation)) {
          called.add(operation);
        } else {
          operations.add(operation);
        }
      }
      called.forEach(name -> take(functions, seen, "function ", name, left));
      node.inputs.forEach(input -> take(nodes, seen, "node ", node(input), left));
    }
    return operations;
  }

  private static void take(
      Map<String, List<Node>> from, Set<String> seen, String kind, String name, Deque<Node> left) {
    if (seen.add(kind + name)) {
      left.addAll(from.getOrDefault(name, List.of()));
    }
  }

  /**
   * Returns the node that makes a tensor, or runs before another: {@code name:0}, {@code ^name}.
   */
  private static String node(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}
