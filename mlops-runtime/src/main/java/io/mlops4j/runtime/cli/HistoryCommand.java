package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRecord;
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
      "Shows who let an alias name what, when and why.",
      "The oldest record comes first; with --at only the one that held at a time. Of a model it shows"
          + " which versions were deprecated, deleted and restored. Every link is checked."
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
      converter = Times.ToInstant.class,
      description =
          "As 2001-05-03T12:00:00Z or 2001-05-03T14:00:00+02:00; the end of that second, unless it"
              + " says more exactly.")
  private @Nullable Instant at;

  @Override
  void check() {
    ModelRef ref = ModelRef.parse(name);
    if (ref.number().isPresent() || (at != null && ref.alias().isEmpty())) {
      throw misused(
          "NAME[@ALIAS]: found "
              + name
              + ", expected an alias"
              + (at == null ? ", or a model" : ", as only what an alias named is told by --at"));
    }
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    ModelRef ref = ModelRef.parse(name);
    if (ref.alias().isEmpty()) {
      states(registry, out);
      return 0;
    }
    if (registry.head(name).isEmpty()) {
      registry.resolve(name); // throws, and says which aliases and models there are
    }
    if (at == null) {
      List<AliasRecord> records = registry.history(name);
      all(
          records.stream().map(Facts::json).toList(),
          records.stream().map(Facts::row).toList(),
          out);
    } else {
      one(registry.at(name, at), at, out);
    }
    return 0;
  }

  private void states(ModelRegistry registry, Output out) throws IOException {
    Facts.checkModel(registry, name);
    List<VersionRecord> records = registry.changes(name);
    List<List<String>> rows =
        records.isEmpty()
            ? List.of(List.of("every version of " + name + " is as it was published"))
            : records.stream().map(Facts::row).toList();
    all(records.stream().map(Facts::jsonWithVersions).toList(), rows, out);
  }

  private void all(List<ObjectNode> records, List<List<String>> rows, Output out)
      throws IOException {
    ObjectNode json = Output.object().put("ref", name);
    json.putArray("records").addAll(records);
    out.answer(json, to -> to.table(rows));
  }

  /** That it named nothing yet is an answer. */
  private void one(Optional<AliasRecord> record, Instant when, Output out) throws IOException {
    ObjectNode json = Output.object().put("ref", name).put("asked", when.toString());
    json.set("record", record.map(Facts::json).orElse(null));
    out.answer(
        json,
        to ->
            record.ifPresentOrElse(
                found -> to.table(List.of(Facts.row(found))),
                () -> to.line(name + " named nothing yet at " + Facts.time(when))));
  }
}
