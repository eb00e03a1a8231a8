package io.mlops4j.runtime.cli.registry;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.GlobalOptions;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.RegistryPlace;
import io.mlops4j.runtime.registry.RegistryCopy;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code copy TARGET}: copies a registry into another one. */
@Command(
    name = "copy",
    description = {
      "Copies the whole registry into another registry, byte for byte.",
      "Versions keep their numbers and digests; histories and signatures are copied too. Another run"
          + " copies only what is new. The copy fails if the target holds other records."
    },
    footer = {
      "%nExamples:",
      "  mlops4j copy /backup/registry --registry registry",
      "  mlops4j copy jdbc:postgresql://host/name --to-schema ml --registry registry"
    })
final class CopyCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      paramLabel = "TARGET",
      description =
          "A folder, or the address of a database; created if there is none. User and password come"
              + " from "
              + GlobalOptions.TO
              + "USER and "
              + GlobalOptions.TO
              + "PASSWORD of the environment. Default: those of the source.")
  private String target;

  @Option(names = "--to-schema", paramLabel = "NAME", description = "The schema of the target.")
  private @Nullable String schema;

  @Option(names = "--to-prefix", paramLabel = "TEXT", description = "The prefix of the target.")
  private @Nullable String prefix;

  @Option(
      names = "--to-blobs",
      paramLabel = "FOLDER",
      description =
          "The folder that holds the bytes of the models of the target. Default: the database.")
  private @Nullable Path blobs;

  private RegistryPlace target() {
    return global()
        .target(spec(), "TARGET", target, new RegistryPlace.TablePlace(schema, prefix, blobs));
  }

  @Override
  void check() {
    target();
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    try (ModelRegistry to = target().openOrCreate(RegistryOptions.defaults());
        ProgressBar bar = bar("copy")) {
      if (to.location().equals(registry.location())) {
        throw misused("TARGET: " + target + " is the registry itself; name another one");
      }
      RegistryCopy.Copied copied = RegistryCopy.of(registry, to).listener(bar).run();
      String place = to.location().toString();
      out.answer(
          ConsoleOutput.object()
              .put("to", place)
              .put("versions", copied.versions())
              .put("records", copied.records())
              .put("bytes", copied.bytes()),
          shown -> shown.line(text(copied) + " copied to " + target));
    }
    return 0;
  }

  private static String text(RegistryCopy.Copied copied) {
    return ConsoleOutput.count(copied.versions(), "version", "versions")
        + ", "
        + ConsoleOutput.count(copied.records(), "record", "records")
        + ", "
        + ConsoleOutput.bytes(copied.bytes());
  }
}
