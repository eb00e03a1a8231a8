package io.mlops4j.runtime.cli.registry;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.exchange.MlflowModel;
import io.mlops4j.runtime.exchange.ModelArchive;
import io.mlops4j.runtime.internal.source.ModelFiles;
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

/** {@code import FILE}: an archive, an MLflow folder, or an ONNX file. */
@Command(
    name = "import",
    description = {
      "Publishes a model that was exported elsewhere. No code of it is run.",
      "Kinds: an archive of mlops4j export (.zip), with its own card and signatures; an MLflow"
          + " folder with the ONNX flavour (needs org.snakeyaml:snakeyaml-engine); an ONNX model."
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
      description =
          "${COMPLETION-CANDIDATES}. Default: mlflow if the folder holds MLmodel, else from the"
              + " ending of the file.")
  private @Nullable ExchangeForm kind;

  @Mixin private final CardOptions options = new CardOptions();
  @Mixin private final SignatureOptions signature = new SignatureOptions();
  @Mixin private final PublisherOptions publisher = new PublisherOptions();
  private @Nullable ModelCard card;

  @Override
  boolean creates() {
    return true;
  }

  private ExchangeForm kind() {
    if (kind != null) {
      return kind;
    }
    if (Files.exists(from.resolve("MLmodel"))) {
      return ExchangeForm.MLFLOW;
    }
    String name = String.valueOf(from.getFileName()).toLowerCase(Locale.ROOT);
    return name.endsWith(".zip") ? ExchangeForm.ARCHIVE : ExchangeForm.ONNX;
  }

  @Override
  void check() throws IOException {
    if (kind() == ExchangeForm.ARCHIVE && !options.isEmpty()) {
      throw misused("FILE: an archive has its own card; remove the options that change the card");
    }
    if (kind() == ExchangeForm.ONNX) {
      options.card();
      ModelFiles.list(from).kind();
      card = signature.card(options, from, this);
    }
  }

  /**
   * Imports into a temporary registry first, because damage may be found only at the end of the
   * file.
   */
  @Override
  void rehearse(ModelRegistry scratch) throws IOException {
    if (kind() != ExchangeForm.ONNX) {
      publish("check", scratch);
    }
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ModelVersion version = publish("import", registry);
    out.answer(
        RegistryFacts.json(version).put("as", RegistryFacts.word(kind())),
        to -> to.line(version + "  " + version.digest()));
    return 0;
  }

  private ModelVersion publish(String what, ModelRegistry registry) throws IOException {
    return switch (kind()) {
      case ARCHIVE -> {
        ModelArchive archive = ModelArchive.read(from);
        yield publishing(what + " " + archive.model(), how -> archive.into(registry, how));
      }
      case MLFLOW -> {
        MlflowModel tracked = MlflowModel.read(from);
        ModelCard own = options.card(name -> tracked.card(name).build());
        yield publishing(what + " " + own.name(), how -> tracked.publish(registry, own, how));
      }
      case ONNX -> {
        ModelCard checked = Objects.requireNonNull(card);
        yield publishing(what + " " + checked.name(), how -> registry.publish(checked, from, how));
      }
    };
  }

  private ModelVersion publishing(String what, Function<PublishOptions, ModelVersion> published) {
    try (ProgressBar bar = bar(what)) {
      return published.apply(publisher.in(PublishOptions.builder().listener(bar).build()));
    }
  }
}
