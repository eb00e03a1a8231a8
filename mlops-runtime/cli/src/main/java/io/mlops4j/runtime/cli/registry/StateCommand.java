package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.TimeConverters;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A change of the state of one version, with its author and reason. */
abstract class StateCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME:NUMBER", description = "The version.")
  private String ref;

  @Mixin private final ChangeOptions who = new ChangeOptions();

  abstract VersionRecord change(ModelRegistry registry, ModelVersion version, Change change);

  @Override
  RegistryOptions options(RegistryOptions global) {
    return who.signing(global);
  }

  /** A bare name or an alias may point to another version by now. */
  @Override
  final void check() {
    if (ModelRef.parse(ref).number().isEmpty()) {
      throw misused(
          "NAME:NUMBER: found "
              + ref
              + "; expected a number, because a name or an alias may point to another version later");
    }
  }

  @Override
  final int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelVersion version = registry.resolve(ref);
    VersionRecord record = change(registry, version, who.change());
    ObjectNode json = RegistryFacts.json(version);
    out.answer(
        json.setAll(RegistryFacts.json(record)),
        to -> to.line(version + "  " + RegistryFacts.changed(record)));
    return 0;
  }

  /** {@code deprecate NAME:NUMBER}: advises against using a version. */
  @Command(
      name = "deprecate",
      description = {
        "Advises against using a version.",
        "A bare name no longer resolves to it while another version is active. It can still be loaded."
      },
      footer = {
        "%nExample:",
        "  mlops4j deprecate flight-delay:1 --by ana --because \"2 is better\" \\",
        "      --registry registry"
      })
  static final class Deprecate extends StateCommand {
    @Override
    VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
      return registry.deprecate(version, change);
    }
  }

  /** {@code delete NAME:NUMBER}: deletes a version. */
  @Command(
      name = "delete",
      description = {
        "Deletes a version.",
        "The first gc after the grace period removes its bytes; until then restore undoes the deletion."
            + " Number, digests and card stay forever.",
        "A version cannot be deleted while an alias points to it, or did within the floor, or while a"
            + " process leases it."
      },
      footer = {
        "%nExample:",
        "  mlops4j delete flight-delay:1 --by ana --because \"learned from wrong labels\" \\",
        "      --registry registry"
      })
  static final class Delete extends StateCommand {
    @Option(
        names = "--floor",
        paramLabel = "DURATION",
        converter = TimeConverters.ToDuration.class,
        description = "How long a version is kept after an alias pointed to it. Default: 90d.")
    private @Nullable Duration floor;

    @Override
    RegistryOptions options(RegistryOptions global) {
      Retention retention = Retention.withDefaults();
      return super.options(global).toBuilder()
          .retention(floor == null ? retention : retention.withFloor(floor))
          .build();
    }

    @Override
    VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
      return registry.delete(version, change);
    }
  }

  /** {@code restore NAME:NUMBER}: makes a version active again. */
  @Command(
      name = "restore",
      description = {
        "Makes a deprecated or deleted version active again.",
        "A deleted version can be restored until gc has removed its bytes."
      },
      footer = {
        "%nExample:",
        "  mlops4j restore flight-delay:1 --by ana --because \"still needed\" \\",
        "      --registry registry"
      })
  static final class Restore extends StateCommand {
    @Override
    VersionRecord change(ModelRegistry registry, ModelVersion version, Change change) {
      return registry.restore(version, change);
    }
  }
}
