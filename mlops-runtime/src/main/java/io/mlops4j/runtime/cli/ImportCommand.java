package io.mlops4j.runtime.cli;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.mlflow.MlflowModel;
import io.mlops4j.runtime.registry.ModelArchive;
import io.mlops4j.runtime.source.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code import FILE}: an archive, a folder of MLflow, or an ONNX file. */
@Command(
    name = "import",
    description = {
      "Publishes what others wrote; nothing in it is run.",
      "An archive that export wrote (.zip), with its own card and signatures; a folder of MLflow"
          + " with the ONNX flavour (needs org.snakeyaml:snakeyaml-engine); or an ONNX model."
    },
    footer = {
      "%nExamples:",
      "  mlops4j import flight-delay-1.zip --registry registry",
      "  mlops4j import mlruns/0/model --name flight-delay --owner ops-ml \\",
      "      --registry registry"
    })
final class ImportCommand extends RegistryCommand {
  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(paramLabel = "FILE", description = "The file or folder to read.")
  private Path from;

  @Option(
      names = "--as",
      paramLabel = "KIND",
      description = "${COMPLETION-CANDIDATES}; told by the name and by MLmodel if not given.")
  private @Nullable Kind kind;

  @Mixin private final CardOptions options = new CardOptions();
  @Mixin private final SignatureOptions signature = new SignatureOptions();
  private @Nullable ModelCard card;

  @Override
  boolean makes() {
    return true;
  }

  private Kind kind() {
    if (kind != null) {
      return kind;
    }
    if (Files.exists(from.resolve("MLmodel"))) {
      return Kind.MLFLOW;
    }
    String name = String.valueOf(from.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".zip") ? Kind.ARCHIVE : Kind.ONNX;
  }

  @Override
  void check() throws IOException {
    if (kind() == Kind.ARCHIVE && !options.isEmpty()) {
      throw misused("FILE: found an archive, which has its card, expected no options of a card");
    }
    if (kind() == Kind.ONNX) {
      options.card();
      ModelFiles.list(from).kind();
      card = options.card(name -> signature.card(name, from, this));
    }
  }

  /** What others wrote may prove to be damaged only when all of it was read. */
  @Override
  void prove(ModelRegistry scratch) throws IOException {
    if (kind() != Kind.ONNX) {
      publish("check", scratch);
    }
  }

  @Override
  int run(ModelRegistry registry, Output out) throws IOException {
    ModelVersion version = publish("import", registry);
    out.answer(
        Facts.json(version).put("as", Facts.word(kind())),
        to -> to.line(version + "  " + version.digest()));
    return 0;
  }

  private ModelVersion publish(String what, ModelRegistry registry) throws IOException {
    return switch (kind()) {
      case ARCHIVE -> {
        ModelArchive archive = ModelArchive.read(from);
        yield told(what + " " + archive.model(), how -> archive.into(registry, how));
      }
      case MLFLOW -> {
        MlflowModel tracked = MlflowModel.read(from);
        ModelCard own = options.card(name -> tracked.card(name).build());
        yield told(what + " " + own.name(), how -> tracked.publish(registry, own, how));
      }
      case ONNX -> {
        ModelCard checked = Objects.requireNonNull(card);
        yield told(what + " " + checked.name(), how -> registry.publish(checked, from, how));
      }
    };
  }

  @Mixin private final PublisherOptions publisher = new PublisherOptions();

  private ModelVersion told(String what, Function<PublishOptions, ModelVersion> publishing) {
    try (ProgressBar bar = bar(what)) {
      return publishing.apply(publisher.in(PublishOptions.withDefaults().listener(bar)));
    }
  }
}
