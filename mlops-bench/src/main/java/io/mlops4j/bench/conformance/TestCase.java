package io.mlops4j.bench.conformance;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A model and what it is asked.
 *
 * @param name its folder, relative to that of all cases
 * @param folder where it lies
 */
record TestCase(String name, Path folder) {
  private static final String MODEL = "model.onnx";

  /** Finds every case below a folder, sorted by name. */
  static List<TestCase> below(Path folder) throws IOException {
    Path root = folder.toRealPath(); // Debian's is a link
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(file -> file.endsWith(MODEL))
          .map(file -> in(root, name(root.relativize(folder(file)))))
          .sorted((a, b) -> a.name().compareTo(b.name()))
          .toList();
    }
  }

  private static String name(Path folder) {
    return folder.toString().isEmpty() ? "." : folder.toString();
  }

  /** The case of a name. */
  static TestCase in(Path folder, String name) {
    return new TestCase(name, folder.resolve(name));
  }

  private static Path folder(Path model) {
    return Objects.requireNonNull(model.getParent());
  }

  Path model() {
    return folder.resolve(MODEL);
  }

  /**
   * What the model is asked: for each set of data the inputs by name.
   *
   * @throws IOException if a file is missing or damaged
   * @throws NotCompared if Java has no way to give an input
   */
  List<Map<String, Value>> inputs() throws IOException, NotCompared {
    GraphProto graph = graph();
    Set<String> constants =
        graph.getInitializerList().stream().map(TensorProto::getName).collect(Collectors.toSet());
    List<ValueInfoProto> asked =
        graph.getInputList().stream()
            .filter(input -> !constants.contains(input.getName()))
            .toList();
    for (ValueInfoProto input : asked) {
      if (!input.getType().hasTensorType()) {
        throw new NotCompared(
            "%s: found a %s, expected a tensor, the one kind that the Java API both describes and gives"
                .formatted(input.getName(), input.getType().getValueCase()));
      }
    }
    return read("input_", asked);
  }

  /** What it should answer, likewise. */
  List<Map<String, Value>> expected() throws IOException, NotCompared {
    return read("output_", graph().getOutputList());
  }

  private GraphProto graph() throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(model())).getGraph();
  }

  private List<Map<String, Value>> read(String prefix, List<ValueInfoProto> declared)
      throws IOException, NotCompared {
    List<Map<String, Value>> sets = new ArrayList<>();
    for (Path set : sets()) {
      Map<String, Value> values = new LinkedHashMap<>();
      for (int i = 0; i < declared.size(); i++) {
        ValueInfoProto value = declared.get(i);
        values.put(
            value.getName(), ValueFile.read(set.resolve(prefix + i + ".pb"), value.getType()));
      }
      sets.add(values);
    }
    return sets;
  }

  private List<Path> sets() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sets =
          files
              .filter(file -> file.getFileName().toString().startsWith("test_data_set_"))
              .sorted()
              .toList();
      if (sets.isEmpty()) {
        throw new IOException("found no test_data_set_0, expected at least one set of data");
      }
      return sets;
    }
  }
}
