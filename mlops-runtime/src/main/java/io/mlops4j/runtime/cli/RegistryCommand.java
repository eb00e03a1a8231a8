package io.mlops4j.runtime.cli;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cache.PrivateFolder;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A command that works on a registry, which is open while it answers. */
abstract class RegistryCommand extends ShellCommand {
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
  final int answer(Output out) throws IOException {
    check();
    RegistryOptions options = options(shared().options(spec()));
    Address address = shared().address(spec());
    if (makes() && address instanceof Address.Folder folder && folder.isNothing()) {
      prove();
    }
    try (ModelRegistry registry = makes() ? address.openOrMake(options) : address.open(options)) {
      return run(registry, out);
    }
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
    return shared().target(spec(), what, text, place);
  }

  /** The public keys that were given with {@code --trust}. */
  List<Path> trusted() {
    return shared().trusted();
  }
}
