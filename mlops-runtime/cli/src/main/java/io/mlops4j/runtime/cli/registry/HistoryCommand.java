package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.TimeConverters;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history NAME@ALIAS} or {@code history NAME}: its records, each link checked. */
@Command(
    name = "history",
    description = {
      "Shows which version an alias pointed to, since when, by whom and why.",
      "The oldest record comes first. With --at only the record that was in force at a time is shown."
          + " For a model it shows which versions were deprecated, deleted and restored. Every link"
          + " is checked."
    },
    footer = {
      "%nExamples:",
      "  mlops4j history flight-delay@champion --registry registry",
      "  mlops4j history flight-delay@champion --at 2001-05-03T12:00:00Z \\",
      "      --registry registry",
      "  mlops4j history flight-delay --registry registry"
    })
final class HistoryCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME[@ALIAS]", description = "The alias, or the model.")
  private String name;

  @Option(
      names = "--at",
      paramLabel = "INSTANT",
      converter = TimeConverters.ToInstant.class,
      description =
          "A time such as 2001-05-03T12:00:00Z or 2001-05-03T14:00:00+02:00. Whole seconds mean the"
              + " end of that second.")
  private @Nullable Instant at;

  @Override
  void check() {
    ModelRef ref = ModelRef.parse(name);
    if (ref.number().isPresent() || (at != null && ref.alias().isEmpty())) {
      throw misused(
          "NAME[@ALIAS]: found "
              + name
              + "; expected an alias"
              + (at == null ? " or a model" : ", because --at needs the records of an alias"));
    }
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelRef ref = ModelRef.parse(name);
    if (ref.alias().isEmpty()) {
      states(registry, out);
      return 0;
    }
    if (registry.head(name).isEmpty()) {
      registry.resolve(name); // throws, with the names of the aliases and models
    }
    if (at == null) {
      List<AliasRecord> records = registry.history(name);
      all(
          records.stream().map(RegistryFacts::json).toList(),
          records.stream().map(RegistryFacts::row).toList(),
          out);
    } else {
      one(registry.at(name, at), at, out);
    }
    return 0;
  }

  private void states(ModelRegistry registry, ConsoleOutput out) throws IOException {
    RegistryFacts.checkModel(registry, name);
    List<VersionRecord> records = registry.changes(name);
    List<List<String>> rows =
        records.isEmpty()
            ? List.of(List.of("no version of " + name + " was deprecated, deleted or restored"))
            : records.stream().map(RegistryFacts::row).toList();
    all(records.stream().map(RegistryFacts::jsonWithVersions).toList(), rows, out);
  }

  private void all(List<ObjectNode> records, List<List<String>> rows, ConsoleOutput out)
      throws IOException {
    ObjectNode json = ConsoleOutput.object().put("ref", name);
    json.putArray("records").addAll(records);
    out.answer(json, to -> to.table(rows));
  }

  /** An alias without a record at that time is an answer, not an error. */
  private void one(Optional<AliasRecord> record, Instant when, ConsoleOutput out)
      throws IOException {
    ObjectNode json = ConsoleOutput.object().put("ref", name).put("asked", when.toString());
    json.set("record", record.map(RegistryFacts::json).orElse(null));
    out.answer(
        json,
        to ->
            record.ifPresentOrElse(
                found -> to.table(List.of(RegistryFacts.row(found))),
                () -> to.line(name + " pointed to no version yet at " + RegistryFacts.time(when))));
  }
}
