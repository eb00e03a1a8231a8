package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Verification;
import io.mlops4j.registry.VerifyOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code verify}: every digest and every link. */
@Command(
    name = "verify",
    description = {
      "Checks every digest and every link, and says where one is broken.",
      "A history that was rewritten as a whole is found with a head that was kept elsewhere, or,"
          + " where records are signed, with --trust; that its end was cut off, only with a head."
    },
    footer = {
      "%nExamples:",
      "  mlops4j verify --save-head /elsewhere/head.txt --registry registry",
      "  mlops4j verify --head /elsewhere/head.txt --registry registry"
    })
final class VerifyCommand extends RegistryCommand {
  @Option(
      names = "--head",
      paramLabel = "FILE",
      description = "A head that was kept elsewhere: what it names must be there unchanged.")
  private @Nullable Path head;

  @Option(
      names = "--save-head",
      paramLabel = "FILE",
      description = "Write the head there if nothing is broken.")
  private @Nullable Path saved;

  @Option(
      names = "--records-only",
      description = "Leave the models' own bytes out, which take nearly all of the time.")
  private boolean recordsOnly;

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    Verification found;
    try (ProgressBar bar = bar("verify")) {
      VerifyOptions options = VerifyOptions.withDefaults().listener(bar);
      options = recordsOnly ? options.recordsOnly() : options;
      options = head == null ? options : options.expecting(Shared.head(head));
      found = registry.verify(options);
    }
    if (saved != null && found.isIntact()) {
      Files.writeString(saved, found.head().toString());
    }
    out.answer(json(found), to -> show(found, to));
    return found.isIntact() ? 0 : Commands.FAILED;
  }

  private static ObjectNode json(Verification found) {
    ObjectNode json =
        Output.object()
            .put("intact", found.isIntact())
            .put("versions", found.versions())
            .put("records", found.records())
            .put("bytes", found.bytes());
    json.putArray("breaks");
    for (Verification.Break each : found.breaks()) {
      json.withArray("breaks")
          .add(
              Output.object()
                  .put("chain", each.chain())
                  .put("number", each.number())
                  .put("place", each.place())
                  .put("problem", each.problem()));
    }
    return json.put("moreBreaks", found.moreBreaks()).put("head", found.head().toString());
  }

  private static void show(Verification found, Output to) {
    for (Verification.Break each : found.breaks()) {
      to.line(each.chain() + " " + each.number() + ": " + each.problem());
      if (!each.problem().startsWith(each.place())) {
        to.line("  in " + each.place());
      }
    }
    long breaks = found.breaks().size() + found.moreBreaks();
    to.line(
        (breaks == 0 ? "intact: " : "BROKEN in " + Output.count(breaks, "place", "places") + ": ")
            + Output.count(found.versions(), "version", "versions")
            + ", "
            + Output.count(found.records(), "record", "records")
            + ", "
            + Output.bytes(found.bytes())
            + " checked");
  }
}
