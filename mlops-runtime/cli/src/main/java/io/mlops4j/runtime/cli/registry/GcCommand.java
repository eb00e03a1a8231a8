package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Collected;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.registry.Retention;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.TimeConverters;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code gc}: removes the bytes of deleted versions whose grace period is over. */
@Command(
    name = "gc",
    description = {
      "Removes the bytes of deleted versions after their grace period.",
      "With --newest it first deletes older versions. A version always stays while an alias points to"
          + " it, or did within the floor, or while a process leases it."
    },
    footer = {
      "%nExamples:",
      "  mlops4j gc --newest 20 --dry-run --registry registry",
      "  mlops4j gc --by ana --because \"spring cleaning\" --newest 20 \\",
      "      --registry registry"
    })
final class GcCommand extends RegistryCommand {
  @Mixin private final ChangeOptions who = new ChangeOptions();

  @Option(
      names = "--dry-run",
      description = "List what would be removed and remove nothing; needs no --by.")
  private boolean dryRun;

  @Option(
      names = "--grace",
      paramLabel = "DURATION",
      converter = TimeConverters.ToDuration.class,
      description = "How long the bytes of a deleted version stay. Default: 7d.")
  private @Nullable Duration grace;

  @Option(
      names = "--floor",
      paramLabel = "DURATION",
      converter = TimeConverters.ToDuration.class,
      description =
          "How long a version stays after it was published or an alias pointed to it. Default: 90d.")
  private @Nullable Duration floor;

  @Option(
      names = "--newest",
      paramLabel = "N",
      description = "Delete all but the newest N versions of each model. Default: delete none.")
  private @Nullable Integer newest;

  @Override
  RegistryOptions options(RegistryOptions global) {
    Retention retention = Retention.withDefaults();
    retention = grace == null ? retention : retention.withGrace(grace);
    retention = floor == null ? retention : retention.withFloor(floor);
    retention = newest == null ? retention : retention.withNewest(newest);
    return (dryRun ? global : who.signing(global)).toBuilder().retention(retention).build();
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    Collected done = dryRun ? registry.collectable() : registry.collect(who.change());
    ObjectNode json = ConsoleOutput.object().put("dryRun", dryRun);
    add(json, "deleted", done.deleted());
    add(json, "removed", done.removed());
    add(json, "restored", done.restored());
    json.put("bytes", done.bytes());
    out.answer(json, to -> show(done, to));
    return 0;
  }

  private static void add(ObjectNode json, String key, List<ModelVersion> versions) {
    ArrayNode array = json.putArray(key);
    versions.forEach(version -> array.add(version.toString()));
  }

  private void show(Collected done, ConsoleOutput to) {
    done.deleted().forEach(version -> to.line("deleted   " + version));
    done.removed().forEach(version -> to.line("removed   " + version));
    done.restored().forEach(version -> to.line("restored  " + version));
    to.line(ConsoleOutput.bytes(done.bytes()) + (dryRun ? " would be freed" : " freed"));
  }
}
