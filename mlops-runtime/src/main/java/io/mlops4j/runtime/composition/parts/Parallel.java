package io.mlops4j.runtime.composition.parts;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.ModelColumn;
import io.mlops4j.runtime.binding.output.Answer;
import io.mlops4j.runtime.binding.output.OutputReader;
import io.mlops4j.runtime.binding.output.Outputs;
import io.mlops4j.runtime.serving.ComposedCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Members that get the same rows, and a rule that makes one answer of theirs. */
final class Parallel extends MemberEnsemble {
  private final SameRows all;
  private final int members;
  private final Rule rule;
  private final OutputReader memory;

  /** Makes one answer of several. Thread safe. */
  interface Rule {
    /** Returns the outputs that the rule makes. */
    List<TensorSpec> outputs();

    /**
     * Computes the outputs.
     *
     * @param answers the answers of the members, in their order
     * @param memory holds the result
     * @return the result, which the caller releases
     */
    Outputs combine(List<Outputs> answers, OutputReader memory);
  }

  /**
   * @param memory creates the memory of the outputs; closed with this object
   */
  Parallel(Members members, Rule rule, Function<ModelSignature, OutputReader> memory) {
    this(members, rule, inputs(members), memory);
  }

  private Parallel(
      Members members, Rule rule, Inputs inputs, Function<ModelSignature, OutputReader> memory) {
    super(
        members,
        new ModelSignature(inputs.specs(), List.<ValueSpec>copyOf(rule.outputs())),
        inputs.features());
    this.all = new SameRows(members.all());
    this.members = members.all().size();
    this.rule = rule;
    this.memory = memory.apply(signature());
  }

  private static Inputs inputs(Members members) {
    Inputs inputs = new Inputs();
    for (Member member : members.all()) {
      ModelColumn.of(member.model().signature(), member.model().features())
          .forEach(column -> inputs.add(member, column));
      inputs.addKeys(member);
    }
    return inputs;
  }

  @Override
  public Combined answer(FeatureBatch batch, ComposedCall call) {
    List<Prediction> answers = all.ask(batch, call);
    List<Outputs> outputs = new ArrayList<>(members);
    List<ServedBy> answered = new ArrayList<>(members);
    try {
      for (Prediction answer : answers) {
        outputs.add(((Answer) answer).outputsByRow());
        answered.add(answer.servedBy());
      }
      return new Combined(rule.combine(outputs, memory), answered);
    } finally {
      answers.forEach(Prediction::close);
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
