package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import picocli.CommandLine;

/** Runs commands in this process, and keeps what they said. */
final class Line {
  // By sha256sum.
  static final String MLP4 =
      "sha256:4f119c257c6f127a491cfe0b3a97ff1aebbb3e6cff821b665445ed04fee2e6d0";
  static final String MLP4_WRONG =
      "sha256:26d3aa49ed4515c79e8e1577bd75a7cff61ef735a3d3d951ac98a8c9920dc549";

  private final Map<String, String> environment;
  private final boolean terminal;
  private final boolean json;

  private Line(Map<String, String> environment, boolean terminal, boolean json) {
    this.environment = environment;
    this.terminal = terminal;
    this.json = json;
  }

  /** With a registry in the environment. */
  static Line of(Path registry) {
    return new Line(Map.of("MLOPS4J_REGISTRY", registry.toString()), false, false);
  }

  Line with(String variable, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(variable, value);
    return new Line(more, terminal, json);
  }

  static Line withoutRegistry() {
    return new Line(Map.of(), false, false);
  }

  Line onTerminal() {
    return new Line(environment, true, json);
  }

  record Said(int code, String out, String err) {
    JsonNode json() {
      try {
        return new ObjectMapper().readTree(out);
      } catch (IOException e) {
        throw new AssertionError(this.toString(), e);
      }
    }
  }

  Said run(Object... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line =
        Commands.line(environment::get, terminal)
            .setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF))
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err));
    int code = line.execute(Stream.of(args).map(Object::toString).toArray(String[]::new));
    return new Said(code, out.toString().replace("\r\n", "\n"), err.toString());
  }

  /** A file of the test models. */
  static Path model(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = Line.class.getResourceAsStream("../models/" + name)) {
      Files.write(file, Objects.requireNonNull(in, name).readAllBytes());
    }
    return file;
  }

  /** A copy of the registry that the first version of this library wrote; see its README. */
  static Path oldRegistry(Path folder) throws IOException, URISyntaxException {
    Path fixture =
        Path.of(
                Objects.requireNonNull(Line.class.getResource("../registry/layout-1/layout.json"))
                    .toURI())
            .getParent();
    Path copy = folder.resolve("old");
    try (Stream<Path> paths = Files.walk(fixture)) {
      for (Path path : paths.toList()) {
        Files.copy(path, copy.resolve(fixture.relativize(path).toString()));
      }
    }
    return copy;
  }
}
