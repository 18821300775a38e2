/**
 * Weights of a mixture by expectation-maximisation: of all mixtures of the given shares, the one under which what readers
 * opened is most likely. Each step shares out every click among the parts by what they gave it, and each part's weight is
 * what it got. Source: Dempster, Laird and Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm" (1977).
 */

const steps = 100;

/** Rows of `width` shares, one after the other: what each part gave to the article that was opened. */
export function* fittingMixture(rows: readonly number[], width: number): Generator<void, number[]> {
  let weights = Array.from({ length: width }, () => 1 / width);
  for (let step = 0; step < steps; step++) {
    yield;
    const gained = weights.map(() => 0);
    let clicks = 0;
    for (let start = 0; start < rows.length; start += width) {
      let likelihood = 0;
      for (let part = 0; part < width; part++) likelihood += (weights[part] ?? 0) * (rows[start + part] ?? 0);
      // No part had the article: the click says nothing about them.
      if (likelihood === 0) continue;
      clicks += 1;
      for (let part = 0; part < width; part++) {
        gained[part] = (gained[part] ?? 0) + ((weights[part] ?? 0) * (rows[start + part] ?? 0)) / likelihood;
      }
    }
    if (clicks === 0) return weights;
    weights = gained.map((gain) => gain / clicks);
  }
  return weights;
}
