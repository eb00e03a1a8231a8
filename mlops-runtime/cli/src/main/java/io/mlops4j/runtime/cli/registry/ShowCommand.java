package io.mlops4j.runtime.cli.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Publication;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.card.CardPage;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.OutputFile;
import io.mlops4j.runtime.internal.card.Shown;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code show REF}: a version with its state and its card. */
@Command(
    name = "show",
    description = {"Shows a version: digest, state, aliases and card."},
    footer = {
      "%nExamples:",
      "  mlops4j show flight-delay@champion --registry registry",
      "  mlops4j show flight-delay:2 --html flight-delay-2.html --registry registry"
    })
final class ShowCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "REF", description = "NAME, NAME:NUMBER, NAME@ALIAS or sha256:DIGEST.")
  private String ref;

  @ArgGroup private PageForm form = new PageForm();

  /** The card in another form, instead of the summary. */
  static final class PageForm {
    @Option(
        names = "--card",
        description = "Print the card as JSON, in the form that publish --card reads.")
    private boolean card;

    @Option(names = "--markdown", description = "Print the page of the card as Markdown.")
    private boolean markdown;

    @Option(
        names = "--html",
        paramLabel = "FILE",
        description = "Write the page of the card as HTML. An existing file is replaced.")
    private @Nullable Path html;
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelVersion version = registry.resolve(ref);
    ModelCard card = registry.card(version);
    if (form.card) {
      out.answer(
          ConsoleOutput.parse("card", CardJson.text(card)), to -> to.text(CardJson.text(card)));
    } else if (form.markdown) {
      String text = CardPage.of(registry, version).markdown();
      out.answer(RegistryFacts.json(version).put("markdown", text), to -> to.text(text));
    } else if (form.html != null) {
      Path file = form.html;
      OutputFile.write(file, CardPage.of(registry, version).html());
      out.answer(
          RegistryFacts.json(version).put("html", file.toString()),
          to -> to.line(version + " in " + file));
    } else {
      summary(registry, version, card, out);
    }
    return 0;
  }

  private static void summary(
      ModelRegistry registry, ModelVersion version, ModelCard card, ConsoleOutput out)
      throws IOException {
    VersionStatus status = registry.status(version);
    Publication publication = registry.publication(version);
    List<String> aliases =
        RegistryFacts.naming(version, RegistryFacts.aliases(registry, version.name()));
    int signatures = registry.signatures(version).size();
    ObjectNode json = RegistryFacts.json(version);
    json.put("state", RegistryFacts.word(status.state()))
        .put("published", status.published().toString());
    json.set("publication", PublicationFacts.json(publication));
    aliases.forEach(json.putArray("aliases")::add);
    json.put("signatures", signatures);
    json.set("card", ConsoleOutput.parse("card", CardJson.text(card)));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("version", version.toString()));
    rows.add(List.of("digest", version.digest().toString()));
    rows.add(List.of("state", state(status)));
    PublicationFacts.rows(publication, registry.location().toString(), rows);
    rows.add(List.of("aliases", aliases.isEmpty() ? "none" : String.join(", ", aliases)));
    rows.add(List.of("signatures", signatures == 0 ? "none" : signatures + ", not verified here"));
    statements(card, rows);
    out.answer(json, to -> to.table(rows));
  }

  private static String state(VersionStatus status) {
    return RegistryFacts.word(status.state())
        + status
            .since()
            .map(
                since ->
                    " since "
                        + RegistryFacts.time(since.at())
                        + " by "
                        + RegistryFacts.text(since.change()))
            .orElse("");
  }

  private static void statements(ModelCard card, List<List<String>> rows) {
    add(rows, "owner", card.owner());
    add(rows, "licence", card.licence());
    add(rows, "use", card.intendedUse());
    add(rows, "description", card.description());
    add(rows, "commit", card.commit());
    card.tier().ifPresent(tier -> rows.add(List.of("tier", Integer.toString(tier))));
    add(rows, "regions", Optional.of(String.join(", ", card.regions())).filter(t -> !t.isEmpty()));
    card.features()
        .ifPresent(
            schema ->
                rows.add(
                    List.of(
                        "features",
                        String.join(
                            ", ", schema.features().stream().map(f -> f.name()).toList()))));
    card.featureRules()
        .forEach(
            rule ->
                rows.add(List.of("feature rule", rule + ", a null " + Shown.nulls(rule.nulls()))));
    if (card.lenientColumns()) {
      rows.add(List.of("lenient columns", "yes"));
    }
    card.metrics().forEach((name, value) -> rows.add(List.of("metric", name + " " + value)));
    card.parameters().forEach((name, value) -> rows.add(List.of("parameter", name + " " + value)));
    card.seeds().forEach((name, value) -> rows.add(List.of("seed", name + " " + value)));
    card.trainedOn().forEach(data -> rows.add(List.of("trained on", data.name())));
    card.evaluatedOn().forEach(data -> rows.add(List.of("evaluated on", data.name())));
    card.parents().forEach(parent -> rows.add(List.of("made from", parent.toString())));
  }

  private static void add(List<List<String>> rows, String name, Optional<String> text) {
    text.ifPresent(value -> rows.add(List.of(name, value)));
  }
}
