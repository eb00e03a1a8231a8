package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelRef;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code history NAME@ALIAS}: its records, each link checked. */
@Command(
    name = "history",
    description = {
      "Shows the records of an alias, the oldest first, or the one that held at a time.",
      "Every link between them is checked."
    },
    footer = {
      "%nExamples:",
      "  mlops4j history flight-delay@champion --registry registry",
      "  mlops4j history flight-delay@champion --at 2001-05-03T12:00:00Z --registry registry"
    })
final class HistoryCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "NAME@ALIAS", description = "The alias.")
  private String alias;

  @Option(
      names = "--at",
      paramLabel = "INSTANT",
      converter = Times.ToInstant.class,
      description = "As 2001-05-03T12:00:00Z or 2001-05-03T14:00:00+02:00.")
  private @Nullable Instant at;

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    if (registry.head(alias).isEmpty()) {
      String model = ModelRef.parse(alias).name();
      throw new RegistryException(
          alias + ": found no record, expected an alias of " + registry.aliases(model), null);
    }
    if (at == null) {
      all(registry.history(alias), out);
    } else {
      one(registry.at(alias, at), at, out);
    }
    return 0;
  }

  private void all(List<AliasRecord> records, Output out) throws IOException {
    ObjectNode json = Output.object().put("ref", alias);
    json.putArray("records");
    records.forEach(record -> json.withArray("records").add(Facts.json(record)));
    out.answer(json, to -> to.table(records.stream().map(Facts::row).toList()));
  }

  /** That it named nothing yet is an answer. */
  private void one(Optional<AliasRecord> record, Instant when, Output out) throws IOException {
    ObjectNode json = Output.object().put("ref", alias).put("asked", when.toString());
    json.set("record", record.map(Facts::json).orElse(null));
    out.answer(
        json,
        to ->
            record.ifPresentOrElse(
                found -> to.table(List.of(Facts.row(found))),
                () -> to.line(alias + " named nothing yet at " + when)));
  }
}
