package io.mlops4j.runtime.tensorflow;

import com.google.protobuf.CodedInputStream;
import io.mlops4j.runtime.internal.protobuf.FieldReader;
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
    new Reader(graph).graph();
  }

  private final class Reader {
    private final CodedInputStream in;
    private final FieldReader fields;

    Reader(CodedInputStream in) {
      this.in = in;
      this.fields = new FieldReader(in);
    }

    void graph() throws IOException {
      fields.read(
          field -> {
            switch (field) {
              case 1 -> {
                Node node = node();
                nodes.computeIfAbsent(node.name, key -> new ArrayList<>()).add(node);
              }
              case 2 -> only(1, this::function);
              default -> fields.skip();
            }
          });
    }

    /** Reads one field of a message and skips all others. */
    private void only(int wanted, Part part) throws IOException {
      fields.message(
          field -> {
            if (field == wanted) {
              part.read();
            } else {
              fields.skip();
            }
          });
    }

    private void function() throws IOException {
      Set<String> names = new HashSet<>();
      List<Node> body = new ArrayList<>();
      fields.message(
          field -> {
            switch (field) {
              case 1 -> only(1, () -> names.add(in.readString()));
              case 3 -> {
                Node node = node();
                node.inputs.clear(); // all of the body runs, and its names are not the graph's
                body.add(node);
              }
              default -> fields.skip();
            }
          });
      names.forEach(name -> functions.computeIfAbsent(name, key -> new ArrayList<>()).addAll(body));
    }

    private Node node() throws IOException {
      Node node = new Node();
      fields.message(
          field -> {
            switch (field) {
              case 1 -> node.name = in.readString();
              case 2 -> node.operations.add(in.readString());
              case 3 -> node.inputs.add(in.readString());
              case 5 -> attribute(node.functions);
              default -> fields.skip();
            }
          });
      return node;
    }

    /** Adds the functions that an entry of attributes names. */
    private void attribute(Set<String> functions) throws IOException {
      only(2, () -> value(functions));
    }

    private void value(Set<String> functions) throws IOException {
      fields.message(
          field -> {
            switch (field) {
              case 1 -> only(9, () -> call(functions)); // a list
              case 10 -> call(functions);
              default -> fields.skip();
            }
          });
    }

    private void call(Set<String> functions) throws IOException {
      fields.message(
          field -> {
            switch (field) {
              case 1 -> functions.add(in.readString());
              case 2 -> attribute(functions);
              default -> fields.skip();
            }
          });
    }
  }

  private interface Part {
    void read() throws IOException;
  }

  /**
   * Returns the operations that may run for given tensors or nodes.
   *
   * @param asked the names of tensors or nodes
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
   * Returns the name of the node behind an input: a tensor {@code name:0}, or {@code ^name} for a
   * node that must run before.
   */
  private static String node(String input) {
    String name = input.startsWith("^") ? input.substring(1) : input;
    int colon = name.indexOf(':');
    return colon < 0 ? name : name.substring(0, colon);
  }
}
