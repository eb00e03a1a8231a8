package io.mlops4j.runtime.cli.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Feature;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.Narrowing;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ModelTrustOptions;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.runtime.internal.card.Shown;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.onnx.graph.OnnxSummary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code inspect FILE}: loads a model and describes it. */
@Command(
    name = "inspect",
    description = {
      "Loads a model and shows its signature, engine, size and digest, and for each input column"
          + " what happens to a null and to a wider type. For an ONNX model also its"
          + " producer, its operators, and how many of them get a guard because data could end the"
          + " process through them."
    },
    footer = {
      "%nExamples:",
      "  mlops4j inspect flight-delay.onnx",
      "  mlops4j inspect flight-delay.onnx --card card.json",
      "  mlops4j inspect flight-delay.onnx --json"
    })
final class InspectCommand extends ShellCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      paramLabel = "FILE",
      description = "The file of the model, or the folder that holds all its files.")
  private Path file;

  @Mixin private final ColumnOptions columns = new ColumnOptions();
  @Mixin private final ModelTrustOptions trust = new ModelTrustOptions();

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    ModelFiles files = ModelFiles.list(file);
    ModelFiles.Kind kind = files.kind();
    long bytes = 0;
    for (Path path : files.paths().values()) {
      bytes += Files.size(path);
    }
    Optional<OnnxSummary> onnx =
        kind.format().equals(ModelFormat.ONNX)
            ? Optional.of(OnnxSummary.read(main(files, kind)))
            : Optional.empty();
    try (ModelRuntime runtime = trust.runtime(global().trusted());
        Model model = runtime.load(file, columns.options())) {
      show(kind.format(), bytes, files.paths().size(), model, onnx, out);
    }
    return 0;
  }

  private static Path main(ModelFiles files, ModelFiles.Kind kind) {
    return Objects.requireNonNull(
        kind.main().map(files.paths()::get).orElseGet(() -> files.paths().firstEntry().getValue()));
  }

  private void show(
      ModelFormat format,
      long bytes,
      int files,
      Model model,
      Optional<OnnxSummary> onnx,
      ConsoleOutput out)
      throws IOException {
    String digest = model.servedBy().digest().toString();
    ObjectNode json =
        ConsoleOutput.object()
            .put("file", file.toString())
            .put("format", format.id())
            .put("engine", model.servedBy().engine())
            .put("bytes", bytes)
            .put("digest", digest);
    json.setAll(card(model));
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("format", format.id()));
    rows.add(List.of("engine", model.servedBy().engine()));
    rows.add(
        List.of(
            "size", ConsoleOutput.bytes(bytes) + (files == 1 ? "" : " in " + files + " files")));
    rows.add(List.of("digest", digest));
    onnx.ifPresent(summary -> add(summary, json, rows));
    model.signature().inputs().forEach(spec -> rows.add(row("input", spec)));
    model.signature().outputs().forEach(spec -> rows.add(row("output", spec)));
    model.features().features().forEach(feature -> rows.add(row(feature)));
    out.answer(json, to -> to.table(rows));
  }

  private static void add(OnnxSummary onnx, ObjectNode json, List<List<String>> rows) {
    json.put("producer", onnx.producer());
    ObjectNode sets = json.putObject("operatorSets");
    onnx.operatorSets().forEach(sets::put);
    ObjectNode operators = json.putObject("operators");
    onnx.operators().forEach(operators::put);
    ObjectNode guarded = json.putObject("guarded");
    onnx.guarded().forEach(guarded::put);
    rows.add(List.of("producer", onnx.producer().isEmpty() ? "not stated" : onnx.producer()));
    rows.add(List.of("operator sets", text(onnx.operatorSets(), " ")));
    rows.add(List.of("operators", text(onnx.operators(), " x ")));
    if (!onnx.guarded().isEmpty()) {
      rows.add(List.of("guarded", text(onnx.guarded(), " x ")));
    }
  }

  private static String text(Map<String, ?> entries, String between) {
    return entries.entrySet().stream()
        .map(entry -> entry.getKey() + between + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  private static List<String> row(String side, ValueSpec spec) {
    return List.of(side, spec.toString());
  }

  private static List<String> row(Feature feature) {
    return List.of(
        "column",
        "%s%s: a null %s, a wider type %s"
            .formatted(
                feature.column(),
                feature.column().equals(feature.name()) ? "" : " for " + feature.name(),
                Shown.nulls(feature.nulls()),
                feature.narrowing() == Narrowing.CHECKED
                    ? "is converted if each value fits"
                    : "is refused"));
  }

  /** Returns the signature and the features in the form of cards. */
  private static ObjectNode card(Model model) {
    ModelCard card =
        ModelCard.builder("any").signature(model.signature()).features(model.features()).build();
    ObjectNode json = ConsoleOutput.parse("card", CardJson.text(card));
    return json.retain("signature", "features");
  }
}
