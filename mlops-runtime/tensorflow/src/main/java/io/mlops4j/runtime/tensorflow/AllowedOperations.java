package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.ModelLoadException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The operations that a SavedModel may run: those that compute, and those for variables, tables,
 * lists and loops. The list names allowed operations and not forbidden ones, because each release
 * of TensorFlow adds operations that read files. {@code operations.txt} states how the list was
 * made.
 */
final class AllowedOperations {
  /** Operations that read the model's own variables while it is loaded. */
  private static final Set<String> RESTORING = Set.of("Restore", "RestoreSlice", "RestoreV2");

  private static final int SHOWN = 20;

  private AllowedOperations() {}

  private static final class Lazy {
    private static final Set<String> ALLOWED = read();

    private static Set<String> read() {
      try (InputStream in =
          Objects.requireNonNull(AllowedOperations.class.getResourceAsStream("operations.txt"))) {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.startsWith("#"))
            .collect(Collectors.toUnmodifiableSet());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * Checks the operations that loading and calling a model would run.
   *
   * @param more operations that the caller allows beyond the list
   * @throws ModelLoadException naming the operations that are not allowed
   */
  static void check(Path model, DeclaredSignature declared, Set<String> more) {
    GraphOperations graph = declared.operations();
    Set<String> refused = new TreeSet<>(graph.running(declared.restoring()));
    refused.removeAll(RESTORING);
    refused.addAll(graph.running(declared.running()));
    refused.removeAll(Lazy.ALLOWED);
    refused.removeAll(more);
    if (!refused.isEmpty()) {
      String names = refused.stream().limit(SHOWN).collect(Collectors.joining("\", \""));
      throw new ModelLoadException(
          "%s: found the operations \"%s\"%s, expected only operations that compute: the ones found may read, write or call anything; allow them for a model that you trust with LoadOptions.builder().allowOperations(\"%s\")"
              .formatted(
                  model,
                  names.replaceAll("\\p{Cntrl}", "?"),
                  refused.size() > SHOWN ? " and " + (refused.size() - SHOWN) + " more" : "",
                  names.replaceAll("\\p{Cntrl}", "?")),
          null);
    }
  }
}
