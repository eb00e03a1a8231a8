package io.mlops4j.runtime.tensorflow;

import io.mlops4j.runtime.compatibility.EngineRuntimeCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

class TensorFlowRuntimeCompatibilityTest extends EngineRuntimeCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new TensorFlowUnderTest();
  }
}
