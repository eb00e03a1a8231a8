package io.mlops4j.runtime.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionStatus;
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
    description = {"Lists the models, or the versions of one, the newest first."},
    footer = {
      "%nExamples:",
      "  mlops4j list --registry registry",
      "  mlops4j list flight-delay --limit 10 --registry registry"
    })
final class ListCommand extends RegistryCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "MODEL",
      description = "Its versions; all models if none.")
  private @Nullable String model;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many versions at most; ${DEFAULT-VALUE} if not given.")
  private int limit = 100;

  @Option(
      names = "--before",
      paramLabel = "NUMBER",
      description = "Only older versions than this one: the next page.")
  private @Nullable Integer before;

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    if (model == null) {
      models(registry, out);
    } else {
      versions(registry, model, out);
    }
    return 0;
  }

  private static void models(ModelRegistry registry, Output out) throws IOException {
    ObjectNode json = Output.object();
    List<List<String>> rows = new ArrayList<>();
    json.putArray("models");
    for (String name : registry.models()) {
      Map<String, ModelVersion> aliases = Facts.aliases(registry, name);
      int count = registry.versions(name).size();
      boolean retired = registry.retirement(name).isPresent();
      ObjectNode each =
          Output.object().put("model", name).put("versions", count).put("retired", retired);
      each.set("aliases", Facts.json(aliases));
      json.withArray("models").add(each);
      rows.add(
          List.of(
              name,
              Output.count(count, "version", "versions"),
              retired ? "retired" : shown(aliases)));
    }
    out.answer(
        json,
        to -> {
          to.table(rows);
          if (rows.isEmpty()) {
            to.line("no models yet; mlops4j publish --help says how one gets in");
          }
        });
  }

  private static String shown(Map<String, ModelVersion> aliases) {
    return aliases.entrySet().stream()
        .map(each -> each.getKey() + " -> " + each.getValue().number())
        .collect(Collectors.joining(", "));
  }

  private void versions(ModelRegistry registry, String name, Output out) throws IOException {
    VersionRange range = VersionRange.newest(limit);
    List<VersionStatus> page =
        registry.versions(name, before == null ? range : range.before(before));
    if (page.isEmpty()) {
      Facts.checkModel(registry, name);
    }
    Map<String, ModelVersion> aliases = Facts.aliases(registry, name);
    ObjectNode json = Output.object().put("model", name);
    json.set("aliases", Facts.json(aliases));
    json.putArray("versions");
    List<List<String>> rows = new ArrayList<>();
    for (VersionStatus status : page) {
      List<String> naming = Facts.naming(status.version(), aliases);
      ObjectNode each = Facts.json(status.version());
      each.put("state", Facts.word(status.state())).put("published", status.published().toString());
      naming.forEach(each.putArray("aliases")::add);
      json.withArray("versions").add(each);
      rows.add(
          List.of(
              status.version().toString(),
              Facts.word(status.state()),
              Facts.time(status.published()),
              status.version().digest().abbreviated(),
              String.join(", ", naming)));
    }
    out.answer(json, to -> to.table(rows));
  }
}
