package io.mlops4j.runtime.cli;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** What every command takes, before or after its name. */
final class Shared {
  static final String VARIABLE = "MLOPS4J_REGISTRY";

  private final UnaryOperator<@Nullable String> environment;
  final boolean terminal;

  @Option(
      names = "--registry",
      paramLabel = "FOLDER",
      scope = ScopeType.INHERIT,
      description = "The registry's folder; " + VARIABLE + " in the environment if not given.")
  private @Nullable String registry;

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document instead of lines for people.")
  boolean json;

  @Option(
      names = "--progress",
      negatable = true,
      scope = ScopeType.INHERIT,
      description = "Show on standard error how far long work is; only on a terminal if not given.")
  private @Nullable Boolean progress;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print the stack trace of what failed.")
  boolean debug;

  Shared(UnaryOperator<@Nullable String> environment, boolean terminal) {
    this.environment = environment;
    this.terminal = terminal;
  }

  boolean progress() {
    return progress == null ? terminal : progress;
  }

  /** A registry to write, which is made where there is none. */
  ModelRegistry openOrMake(CommandSpec spec, RegistryOptions options) {
    return FileModelRegistry.open(folder(spec), options);
  }

  /** A registry that is there: a mistyped path must not become an empty one. */
  ModelRegistry open(CommandSpec spec, RegistryOptions options) {
    Path folder = folder(spec);
    if (isNothing(folder)) {
      throw new RegistryException(
          folder
              + ": found no registry, expected its folder; check the path, or publish a first"
              + " model, which makes one",
          null);
    }
    return FileModelRegistry.open(folder, options);
  }

  private static boolean isNothing(Path folder) {
    if (!Files.isDirectory(folder)) {
      return !Files.exists(folder);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      return false; // opening it says what is wrong
    }
  }

  /** The one place that knows what a registry's address may be. */
  private Path folder(CommandSpec spec) {
    String address = registry == null ? environment.apply(VARIABLE) : registry;
    if (address == null || address.isBlank()) {
      throw new ParameterException(
          spec.commandLine(),
          "found no registry, expected --registry FOLDER, or " + VARIABLE + " in the environment");
    }
    if (address.startsWith("jdbc:")) {
      throw new ParameterException(
          spec.commandLine(),
          "--registry: found the address of a database, expected a folder; the command line opens"
              + " only these");
    }
    try {
      return Path.of(address);
    } catch (InvalidPathException e) {
      throw new ParameterException(
          spec.commandLine(), "--registry: found " + e.getMessage() + ", expected a path", e);
    }
  }
}
