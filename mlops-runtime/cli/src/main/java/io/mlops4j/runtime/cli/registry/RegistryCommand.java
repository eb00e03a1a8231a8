package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.RegistryPlace;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A command that works on an open registry. */
abstract class RegistryCommand extends ShellCommand {
  /** Runs the command and returns the exit code. */
  abstract int run(ModelRegistry registry, ConsoleOutput out) throws IOException;

  /** Checks the options before a registry is opened. */
  void check() throws IOException {}

  /** Whether the command creates the registry if there is none. */
  boolean creates() {
    return false;
  }

  /** Runs in a temporary registry first, so that a failure leaves no new registry behind. */
  void rehearse(ModelRegistry scratch) throws IOException {}

  /** Adds the options of this command to the global ones. */
  RegistryOptions options(RegistryOptions global) {
    return global;
  }

  @Override
  protected final int answer(ConsoleOutput out) throws IOException {
    check();
    RegistryOptions options = options(global().options(spec()));
    RegistryPlace address = global().address(spec());
    if (creates() && address instanceof RegistryPlace.FolderPlace folder && folder.isNothing()) {
      rehearse();
    }
    try (ModelRegistry registry =
        creates() ? address.openOrCreate(options) : address.open(options)) {
      return run(registry, out);
    }
  }

  private void rehearse() throws IOException {
    Path folder = Files.createTempDirectory("mlops4j-scratch-");
    try (ModelRegistry scratch = FileModelRegistry.open(folder)) {
      rehearse(scratch);
    } finally {
      Disk.deleteQuietly(folder);
    }
  }
}
