package io.mlops4j.runtime.cli.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.cli.shell.ConsoleOutput;
import io.mlops4j.runtime.cli.shell.ModelTrustOptions;
import io.mlops4j.runtime.cli.shell.ProgressBar;
import io.mlops4j.runtime.cli.shell.ShellCommand;
import io.mlops4j.runtime.scoring.BatchScoring;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code predict MODEL DATA}: calls a model with the rows of a file. */
@Command(
    name = "predict",
    description = {
      "Calls a model with the rows of a file and prints its outputs: a table, JSON with --json, or"
          + " writes them to a file, on all processors. A run over a file that was killed goes on"
          + " when it is called again; one over a query starts again.",
      "The key columns of the card come before the outputs. With --trust a model is called only if"
          + " it is signed with one of the keys."
    },
    footer = {
      "%nExamples:",
      "  mlops4j predict flight-delay.onnx may.arrow --rows 5",
      "  mlops4j predict flight-delay@champion may.parquet scored.parquet \\",
      "      --keep flight_id --registry registry"
    })
final class PredictCommand extends ShellCommand {
  private static final long ROWS_OF_A_TABLE = 20;

  @Mixin private final ModelArgument model = new ModelArgument();
  @Mixin private final RowsArgument input = new RowsArgument();
  @Mixin private final ModelTrustOptions trust = new ModelTrustOptions();

  @SuppressWarnings("NullAway.Init") // set by Picocli
  @Parameters(
      index = "1",
      paramLabel = "DATA",
      description =
          "A file with the input columns of the model, or the address of a database with --query.")
  private String data;

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "OUT",
      description =
          "A file for the outputs: Parquet if its name ends in .parquet, else Arrow. An existing"
              + " file is replaced when all rows are written.")
  private @Nullable Path out;

  @Option(
      names = "--keep",
      paramLabel = "COLUMN",
      description =
          "A column of the data that is copied to OUT; repeated. Default: the keys of the card.")
  private List<String> kept = new ArrayList<>();

  @Option(
      names = "--bad-rows",
      paramLabel = "N",
      description =
          "Write up to N rows that the model rejects with null outputs to OUT. Default: 0.")
  private long badRows;

  @Option(
      names = "--rows",
      paramLabel = "N",
      description = "Call the model with the first N rows only. Default: 20 for a table, else all.")
  private @Nullable Long rows;

  @Option(names = "--arrow", paramLabel = "FILE", description = "The same as OUT.")
  private @Nullable Path arrow;

  @Override
  protected int answer(ConsoleOutput out) throws IOException {
    if (rows != null && rows < 0) {
      throw misused("--rows: found " + rows + "; expected 0 or more");
    }
    if (badRows < 0) {
      throw misused("--bad-rows: found " + badRows + "; expected 0 or more");
    }
    if (arrow == null) {
      arrow = this.out;
    } else if (this.out != null) {
      throw misused("--arrow: found it beside OUT; expected one of them");
    }
    if ((arrow == null || rows != null) && (badRows > 0 || !kept.isEmpty())) {
      throw misused("--keep, --bad-rows: found no OUT or --rows; expected OUT and all rows");
    }
    input.check(data);
    try (ModelRuntime runtime = trust.runtime(global().trusted())) {
      return model.load(
          runtime,
          () -> global().address(spec()).open(global().options(spec())),
          loaded -> predict(runtime, loaded, out));
    }
  }

  private int predict(ModelRuntime runtime, Model loaded, ConsoleOutput out) throws IOException {
    long most = rows != null ? rows : arrow == null && !out.isJson() ? ROWS_OF_A_TABLE : -1;
    ObjectNode json = json(loaded.servedBy());
    if (arrow != null && rows == null) {
      return score(runtime, loaded, arrow, json, out);
    }
    if (arrow != null) {
      try (FeatureWriter file = runtime.write(arrow)) {
        RowCalls run = new RowCalls(runtime, loaded, most, answers -> write(file, answers));
        run.all(data);
        file.commit();
        json.put("rows", run.done).put("arrow", arrow.toString());
        out.answer(
            json, to -> to.line(ConsoleOutput.count(run.done, "row", "rows") + " in " + arrow));
      }
      return 0;
    }
    List<ObjectNode> answers = new ArrayList<>();
    RowCalls run = new RowCalls(runtime, loaded, most, root -> add(root, answers));
    run.all(data);
    answers.forEach(json.putArray("rows")::add);
    out.answer(json, to -> to.table(table(answers)));
    if (run.more && rows == null) {
      note("the data has more rows; --rows N prints more of them, --json all");
    }
    return 0;
  }

  private int score(
      ModelRuntime runtime, Model loaded, Path file, ObjectNode json, ConsoleOutput out)
      throws IOException {
    BatchScoring scoring = runtime.scoring(loaded).badRows(badRows);
    if (!kept.isEmpty()) {
      scoring = scoring.keep(kept.toArray(String[]::new));
    }
    ScoringResult scored;
    try (ProgressBar bar = bar("predict")) {
      if (global().progress()) {
        scoring = scoring.onProgress(now -> bar.show(now.text(), now.fraction() == 1));
      }
      scored =
          RowsArgument.isDatabase(data)
              ? scoreRows(runtime, loaded, scoring, file)
              : scoring.score(input.path(data), file);
    }
    if (scored.resumedRows() > 0) {
      note("went on behind the first " + ConsoleOutput.count(scored.resumedRows(), "row", "rows"));
    }
    if (scored.badRows() > 0) {
      note(
          ConsoleOutput.count(scored.badRows(), "row has", "rows have")
              + " null outputs, because the model rejects them");
    }
    json.put("rows", scored.rows())
        .put("bad_rows", scored.badRows())
        .put("arrow", file.toString())
        .put("out", file.toString());
    out.answer(
        json, to -> to.line(ConsoleOutput.count(scored.rows(), "row", "rows") + " in " + file));
    return 0;
  }

  /** Scores the rows of a query, which names only the columns that are needed. */
  private ScoringResult scoreRows(
      ModelRuntime runtime, Model loaded, BatchScoring scoring, Path file) {
    ReadOptions needed =
        ReadOptions.builder()
            .features(loaded.features(), loaded.signature())
            .columns(kept.toArray(String[]::new))
            .build();
    try (FeatureReader rows = input.open(runtime, data, needed)) {
      return scoring.score(rows, file);
    }
  }

  private static ObjectNode json(ServedBy who) {
    ObjectNode json =
        ConsoleOutput.object().put("model", who.model()).put("digest", who.digest().toString());
    who.version().ifPresent(version -> json.put("version", version.toString()));
    return json.put("engine", who.engine());
  }

  private static void write(FeatureWriter file, VectorSchemaRoot answers) {
    try (FeatureBatch batch = FeatureBatch.of(answers)) {
      file.write(batch);
    }
  }

  private static void add(VectorSchemaRoot root, List<ObjectNode> answers) {
    for (int row = 0; row < root.getRowCount(); row++) {
      ObjectNode answer = ConsoleOutput.object();
      for (FieldVector vector : root.getFieldVectors()) {
        answer.set(vector.getName(), ArrowCells.json(vector, row));
      }
      answers.add(answer);
    }
  }

  private static List<List<String>> table(List<ObjectNode> answers) {
    List<List<String>> table = new ArrayList<>();
    if (!answers.isEmpty()) {
      List<String> names = new ArrayList<>();
      answers.get(0).fieldNames().forEachRemaining(names::add);
      table.add(names);
    }
    for (ObjectNode answer : answers) {
      List<String> row = new ArrayList<>();
      for (JsonNode value : answer) {
        row.add(value.isTextual() ? value.textValue() : value.toString());
      }
      table.add(row);
    }
    return table;
  }

  private static List<Field> fields(List<FieldVector> vectors) {
    return vectors.stream().map(FieldVector::getField).toList();
  }

  /** Calls the model with the rows of a file. */
  private final class RowCalls {
    private final ModelRuntime runtime;
    private final Model loaded;
    private final long most;
    private final Consumer<VectorSchemaRoot> answers;
    private long done;
    private boolean more;
    private boolean noted;

    /**
     * @param most the highest number of rows; a negative number for all
     */
    RowCalls(ModelRuntime runtime, Model loaded, long most, Consumer<VectorSchemaRoot> answers) {
      this.runtime = runtime;
      this.loaded = loaded;
      this.most = most;
      this.answers = answers;
    }

    void all(String data) {
      ReadOptions needed =
          ReadOptions.builder().features(loaded.features(), loaded.signature()).build();
      try (FeatureReader reader = input.open(runtime, data, needed)) {
        for (FeatureBatch batch : reader) {
          if (most >= 0 && done + batch.rows() > most) {
            more = true;
            try (FeatureBatch first = batch.slice(0, (int) (most - done))) {
              call(first);
            }
            return;
          }
          call(batch);
        }
      }
    }

    private void call(FeatureBatch batch) {
      List<FieldVector> decoded = new ArrayList<>();
      try (Prediction prediction = loaded.predict(batch)) {
        List<FieldVector> columns = new ArrayList<>();
        for (String key : loaded.features().keys()) {
          columns.add(key(batch, key, decoded));
        }
        VectorSchemaRoot outputs = prediction.outputs().root();
        columns.addAll(outputs.getFieldVectors());
        noteMissingOutputs(outputs);
        answers.accept(new VectorSchemaRoot(fields(columns), columns, batch.rows()));
        done += batch.rows();
      } finally {
        decoded.forEach(FieldVector::close);
      }
    }

    private void noteMissingOutputs(VectorSchemaRoot shown) {
      if (noted) {
        return;
      }
      noted = true;
      loaded.signature().outputs().stream()
          .map(spec -> spec.name())
          .filter(name -> shown.getVector(name) == null)
          .forEach(
              name ->
                  note(
                      "output "
                          + name
                          + " is left out, because it does not have one row for each row of the"
                          + " data"));
    }

    private FieldVector key(FeatureBatch batch, String name, List<FieldVector> decoded) {
      FieldVector vector = batch.column(name);
      if (vector.getField().getDictionary() == null) {
        return vector;
      }
      FieldVector values =
          (FieldVector)
              DictionaryEncoder.decode(
                  vector,
                  batch.dictionaries().lookup(vector.getField().getDictionary().getId()),
                  runtime.allocator());
      decoded.add(values);
      return values;
    }
  }
}
