package io.mlops4j.runtime.cli.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.exchange.MlflowModel;
import io.mlops4j.runtime.exchange.ModelArchive;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export REF FILE}: a version as an archive, an MLflow folder, or its ONNX file. */
@Command(
    name = "export",
    description = {
      "Writes a version to a file or folder.",
      "Kinds: an archive with card and signatures (.zip), which import reads with an unchanged"
          + " digest; the ONNX file alone (.onnx); a folder that MLflow loads (--as mlflow; needs"
          + " org.snakeyaml:snakeyaml-engine)."
    },
    footer = {
      "%nExamples:",
      "  mlops4j export flight-delay:1 flight-delay-1.zip --registry registry",
      "  mlops4j export flight-delay@champion for-mlflow --as mlflow \\",
      "      --registry registry"
    })
@SuppressWarnings("NullAway.Init") // Picocli sets the fields
final class ExportCommand extends RegistryCommand {
  private static final int PIECE = 1 << 20;

  @Parameters(index = "0", paramLabel = "REF", description = "NAME, NAME:NUMBER or NAME@ALIAS.")
  private String ref;

  @Parameters(index = "1", paramLabel = "FILE", description = "The file or folder to write.")
  private Path target;

  @Option(
      names = "--as",
      paramLabel = "KIND",
      description = "${COMPLETION-CANDIDATES}. Default: from the ending of the file.")
  private @Nullable ExchangeForm kind;

  @Option(names = "--force", description = "Replace an existing file.")
  private boolean force;

  private ExchangeForm kind() {
    String name = String.valueOf(target.getFileName()).toLowerCase(Locale.ROOT);
    if (kind != null) {
      return kind;
    }
    if (name.endsWith(".zip")) {
      return ExchangeForm.ARCHIVE;
    }
    if (name.endsWith(".onnx")) {
      return ExchangeForm.ONNX;
    }
    throw misused(
        "FILE: found "
            + target
            + "; expected a name that ends in .zip or .onnx, or --as archive, mlflow"
            + " or onnx");
  }

  @Override
  void check() {
    kind();
  }

  @Override
  int run(ModelRegistry registry, ConsoleOutput out) throws IOException {
    ExchangeForm as = kind();
    if (as != ExchangeForm.MLFLOW && !force && Files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    ModelVersion version = registry.resolve(ref);
    try (ProgressBar bar = bar("export " + version)) {
      bar.show("reading and verifying", false);
      write(registry, version, as, bar);
    }
    out.answer(
        RegistryFacts.json(version)
            .put("as", RegistryFacts.word(as))
            .put("file", target.toString()),
        to -> to.line(version + " in " + target + "  " + version.digest()));
    return 0;
  }

  private void write(
      ModelRegistry registry, ModelVersion version, ExchangeForm as, ProgressListener bar)
      throws IOException {
    switch (as) {
      case ARCHIVE -> ModelArchive.write(registry, version, target, bar);
      case MLFLOW -> {
        ModelSignature signature = registry.card(version).signature().orElse(null);
        MlflowModel.write(registry, version, target, signature, bar);
      }
      case ONNX -> onnx(registry.source(version), version, bar);
    }
  }

  /** Writes to a file beside the target and moves it, so that the target is always complete. */
  private void onnx(ModelSource source, ModelVersion version, ProgressListener bar)
      throws IOException {
    ByteBuffer bytes = source.bytes();
    if (bytes == null || !source.external().isEmpty()) {
      throw new RegistryException(
          version + ": consists of several files; export it as an archive instead", null);
    }
    Path aside = target.resolveSibling(target.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ProgressMeter meter = ProgressMeter.of(Optional.of(bar), 1, bytes.remaining());
      meter.at(String.valueOf(target.getFileName()));
      ByteBuffer rest = bytes.duplicate();
      while (rest.hasRemaining()) {
        ByteBuffer piece = rest.slice(rest.position(), Math.min(PIECE, rest.remaining()));
        rest.position(rest.position() + piece.remaining());
        while (piece.hasRemaining()) {
          meter.accept(channel.write(piece));
        }
      }
      meter.done();
      Files.move(aside, target, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }
}
