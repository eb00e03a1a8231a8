package io.mlops4j.bench.conformance;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The library, by nothing but its public API. */
final class OurSide implements CaseRunner {
  private final ModelRuntime runtime;
  private final Columns.Form form;

  /**
   * @param runtime lent
   */
  OurSide(ModelRuntime runtime, Columns.Form form) {
    this.runtime = runtime;
    this.form = form;
  }

  @Override
  public List<Map<String, Value>> answer(TestCase test) throws Exception {
    List<Map<String, Value>> answers = new ArrayList<>();
    try (Model model = runtime.load(test.model())) {
      for (Map<String, Value> inputs : test.inputs()) {
        try (FeatureBatch batch = Columns.batch(inputs, form, runtime.allocator());
            Prediction prediction = model.predict(batch)) {
          answers.add(read(model.signature(), prediction));
        }
      }
    }
    return answers;
  }

  @Override
  public String way() {
    return "asked " + form.name().toLowerCase(Locale.ROOT) + ": ";
  }

  private static Map<String, Value> read(ModelSignature signature, Prediction prediction)
      throws NotCompared {
    Map<String, Value> outputs = new LinkedHashMap<>();
    for (ValueSpec output : signature.outputs()) {
      outputs.put(output.name(), read(output, prediction));
    }
    return outputs;
  }

  private static Value read(ValueSpec output, Prediction prediction) throws NotCompared {
    if (output instanceof TensorSpec) {
      return Value.of(Columns.tensor(prediction.tensor(output.name())));
    }
    if (output instanceof SequenceSpec sequence && sequence.element() instanceof TensorSpec) {
      return Value.sequence(Columns.sequence(prediction.vector(output.name())));
    }
    throw new NotCompared(output + " is not compared");
  }
}
