package io.mlops4j.runtime.scoring.file;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.Model;
import io.mlops4j.runtime.scoring.BatchScoring;
import io.mlops4j.runtime.scoring.ScoringProgress;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Scores files with one model. Thread safe. */
public final class FileScoring implements BatchScoring {
  private final ScoringSource source;
  private final Model model;
  private final ScoringSettings settings;

  private FileScoring(ScoringSource source, Model model, ScoringSettings settings) {
    this.source = source;
    this.model = model;
    this.settings = settings;
  }

  /**
   * Returns a scoring with the default settings.
   *
   * @param source the files of the runtime
   * @param model the model, which the caller closes
   * @param threads how many threads call the model
   * @return a scoring
   */
  public static FileScoring of(ScoringSource source, Model model, int threads) {
    return new FileScoring(
        source, model, ScoringSettings.defaults(model.features().keys(), threads));
  }

  private FileScoring with(ScoringSettings changed) {
    return new FileScoring(source, model, changed);
  }

  @Override
  public FileScoring keep(String... columns) {
    return with(settings.withKept(List.of(Objects.requireNonNull(columns, "columns"))));
  }

  @Override
  public FileScoring outputs(String... names) {
    List<String> chosen = List.of(Objects.requireNonNull(names, "names"));
    List<String> known = model.signature().outputs().stream().map(spec -> spec.name()).toList();
    for (String name : chosen) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "names: found \"" + name + "\", expected one of the outputs " + known);
      }
    }
    return with(settings.withOutputs(chosen));
  }

  @Override
  public FileScoring threads(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: found " + threads + ", expected at least 1");
    }
    return with(settings.withThreads(threads));
  }

  @Override
  public FileScoring badRows(long most) {
    if (most < 0) {
      throw new IllegalArgumentException("most: found " + most + ", expected 0 or more");
    }
    return with(settings.withBadRows(most));
  }

  @Override
  public FileScoring onProgress(Consumer<? super ScoringProgress> listener) {
    return with(settings.withProgress(Objects.requireNonNull(listener, "listener")));
  }

  /** Sets how long a killed process may have worked in vain. For tests. */
  FileScoring recordedEvery(long nanos) {
    return with(settings.withRecordEvery(nanos));
  }

  @Override
  public ScoringResult score(Path in, Path out) {
    Objects.requireNonNull(in, "in");
    Objects.requireNonNull(out, "out");
    if (same(in, out)) {
      throw new IllegalArgumentException(
          "out: found the input " + in + ", expected another file, because it would be replaced");
    }
    if (same(in, PartialFile.rowsOf(out)) || same(in, PartialFile.journalOf(out))) {
      throw new IllegalArgumentException(
          "in: found %s, which the run that writes %s would overwrite, expected another file; rename it"
              .formatted(in, out));
    }
    return run(ScoringInput.of(source, in), out);
  }

  @Override
  public ScoringResult score(FeatureReader rows, Path out) {
    Objects.requireNonNull(rows, "rows");
    Objects.requireNonNull(out, "out");
    return run(ScoringInput.of(rows), out);
  }

  private ScoringResult run(ScoringInput rows, Path out) {
    if (Files.isDirectory(out)) {
      throw new DataException(out + ": found a folder, expected the name of a file", null);
    }
    return new ScoringRun(source, model, settings, rows).into(out);
  }

  private static boolean same(Path in, Path out) {
    try {
      return Files.exists(out) && Files.isSameFile(in, out);
    } catch (IOException e) {
      return false; // reading the input names the reason
    }
  }
}
