package io.mlops4j.runtime.cli;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cache.PrivateFolder;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One command: opens the registry, lets the command answer, and says whether that was read. */
abstract class RegistryCommand implements Callable<Integer> {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Spec
  private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @ParentCommand
  private Commands commands;

  /** Answers, and gives the exit code. */
  abstract int run(ModelRegistry registry, Output out) throws IOException;

  /** Checks what can be checked before a registry is opened. */
  void check() throws IOException {}

  /** Whether a registry is made where there is none. */
  boolean makes() {
    return false;
  }

  /** Tries in a registry of its own, for a moment, what must not fail in one that was just made. */
  void prove(ModelRegistry scratch) throws IOException {}

  /** What this command adds to the options of all. */
  RegistryOptions options(RegistryOptions shared) {
    return shared;
  }

  @Override
  public final Integer call() throws IOException {
    check();
    PrintWriter writer = spec.commandLine().getOut();
    Shared shared = commands.shared;
    RegistryOptions options = options(shared.options(spec));
    Address address = shared.address(spec);
    if (makes() && address instanceof Address.Folder folder && folder.isNothing()) {
      prove();
    }
    int code;
    try (ModelRegistry registry = makes() ? address.openOrMake(options) : address.open(options)) {
      code = run(registry, new Output(writer, shared.json));
    }
    if (writer.checkError()) {
      throw new IOException("standard output took not all of the answer");
    }
    return code;
  }

  private void prove() throws IOException {
    Path folder = Files.createTempDirectory("mlops4j-scratch-");
    try (ModelRegistry scratch = FileModelRegistry.open(folder)) {
      prove(scratch);
    } finally {
      PrivateFolder.deleteQuietly(folder);
    }
  }

  /** Where a second registry is. */
  Address address(String what, String text, Address.Place place) {
    return commands.shared.target(spec, what, text, place);
  }

  /** Shows how far work is that tells it. */
  ProgressBar bar(String what) {
    Shared shared = commands.shared;
    return new ProgressBar(
        spec.commandLine().getErr(), what, shared.progress(), shared.terminal, System::nanoTime);
  }

  /** Shows for how long work goes on that tells nothing. */
  <T> T ticking(String what, Work<T> work) throws IOException {
    Ticker ticker = Ticker.start(bar(what), commands.shared.progress());
    try {
      return work.get();
    } finally {
      ticker.close();
    }
  }

  /** What takes a while. */
  @FunctionalInterface
  interface Work<T> {
    T get() throws IOException;
  }

  /** For the mistakes that only a command sees. */
  ParameterException misused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
