package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code list [MODEL]}: the models, or a page of the versions of one. */
@Command(
    name = "list",
    description = {"Lists all models, or the versions of one model, newest first."},
    footer = {
      "%nExamples:",
      "  mlops4j list --registry registry",
      "  mlops4j list flight-delay --limit 10 --registry registry"
    })
final class ListCommand extends RegistryCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "The model whose versions are listed. Default: list the models.")
  private @Nullable String model;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "The highest number of versions to list. Default: ${DEFAULT-VALUE}.")
  private int limit = 100;

  @Option(
      names = "--before",
      paramLabel = "NUMBER",
      description = "List only versions older than this number, for the next page.")
  private @Nullable Integer before;

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    if (model == null) {
      models(registry, out);
    } else {
      versions(registry, model, out);
    }
    return 0;
  }

  private static void models(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ObjectNode json = ConsoleOutput.object();
    List<List<String>> rows = new ArrayList<>();
    ArrayNode models = json.putArray("models");
    for (String name : registry.models()) {
      Map<String, ModelVersion> aliases = RegistryFacts.aliases(registry, name);
      int count = registry.versions(name).size();
      boolean retired = registry.retirement(name).isPresent();
      models
          .addObject()
          .put("model", name)
          .put("versions", count)
          .put("retired", retired)
          .set("aliases", RegistryFacts.json(aliases));
      rows.add(
          List.of(
              name,
              ConsoleOutput.count(count, "version", "versions"),
              retired ? "retired" : shown(aliases)));
    }
    out.answer(
        json,
        to -> {
          to.table(rows);
          if (rows.isEmpty()) {
            to.line("no models yet; mlops4j publish --help shows how to publish one");
          }
        });
  }

  private static String shown(Map<String, ModelVersion> aliases) {
    return aliases.entrySet().stream()
        .map(each -> each.getKey() + " -> " + each.getValue().number())
        .collect(Collectors.joining(", "));
  }

  private void versions(ModelRegistry registry, String name, ConsoleOutput out) throws IOException {
    VersionRange range = VersionRange.newest(limit);
    List<VersionStatus> page =
        registry.versions(name, before == null ? range : range.withNumbersBefore(before));
    if (page.isEmpty()) {
      RegistryFacts.checkModel(registry, name);
    }
    Map<String, ModelVersion> aliases = RegistryFacts.aliases(registry, name);
    ObjectNode json = ConsoleOutput.object().put("model", name);
    json.set("aliases", RegistryFacts.json(aliases));
    ArrayNode versions = json.putArray("versions");
    List<List<String>> rows = new ArrayList<>();
    for (VersionStatus status : page) {
      List<String> naming = RegistryFacts.naming(status.version(), aliases);
      ObjectNode each = RegistryFacts.json(status.version());
      each.put("state", RegistryFacts.word(status.state()))
          .put("published", status.published().toString());
      naming.forEach(each.putArray("aliases")::add);
      versions.add(each);
      rows.add(
          List.of(
              status.version().toString(),
              RegistryFacts.word(status.state()),
              RegistryFacts.time(status.published()),
              status.version().digest().abbreviated(),
              String.join(", ", naming)));
    }
    out.answer(json, to -> to.table(rows));
  }
}
