package io.mlops4j.runtime.cli;

import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.RegistryCopy;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code copy TARGET}: a registry into another one. */
@Command(
    name = "copy",
    description = {
      "Copies the whole registry into another one, byte for byte.",
      "Versions with their numbers and digests, histories, signatures. Run again, it takes along what"
          + " came since. A target that holds something else is refused."
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
          "A folder, or the address of a database; made if there is none. User and password come"
              + " from the environment, from "
              + Shared.TO
              + "USER and "
              + Shared.TO
              + "PASSWORD if they are others than the source's.")
  private String target;

  @Option(names = "--to-schema", paramLabel = "NAME", description = "The target's schema.")
  private @Nullable String schema;

  @Option(names = "--to-prefix", paramLabel = "TEXT", description = "The target's prefix.")
  private @Nullable String prefix;

  @Option(
      names = "--to-blobs",
      paramLabel = "FOLDER",
      description = "Where the target's models' bytes are, if not in the database.")
  private @Nullable Path blobs;

  private Address target() {
    return address("TARGET", target, new Address.Place(schema, prefix, blobs));
  }

  @Override
  void check() {
    target();
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    try (ModelRegistry to = target().openOrMake(RegistryOptions.withDefaults());
        ProgressBar bar = bar("copy")) {
      if (to.location().equals(registry.location())) {
        throw misused(
            "TARGET: found " + target + ", which is the registry itself, expected another");
      }
      RegistryCopy.Copied copied = RegistryCopy.of(registry, to).listener(bar).run();
      String place = to.location().toString();
      out.answer(
          Output.object()
              .put("to", place)
              .put("versions", copied.versions())
              .put("records", copied.records())
              .put("bytes", copied.bytes()),
          shown -> shown.line(text(copied) + " copied to " + target));
    }
    return 0;
  }

  private static String text(RegistryCopy.Copied copied) {
    return Output.count(copied.versions(), "version", "versions")
        + ", "
        + Output.count(copied.records(), "record", "records")
        + ", "
        + Output.bytes(copied.bytes());
  }
}
