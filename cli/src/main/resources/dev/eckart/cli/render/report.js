// Draws the charts of a report from its JSON. All text from the report goes through textContent or into SVG text.
(() => {
  'use strict';

  const { report, spectra = [] } = JSON.parse(document.getElementById('data').textContent);
  const weights = report.weights ?? [];
  const instances = [];

  // The style sheet has the colours, for light, dark and paper: SVG takes them as they are at the moment.
  const [ink, soft, grid, blue, orange, green, purple, red] = [
    'ink', 'soft', 'grid', 'blue', 'orange', 'green', 'purple', 'red',
  ].map((name) => `var(--${name})`);
  const card = 'var(--card)';
  const cross = 'path://M2,0 L5,3 L8,0 L10,2 L7,5 L10,8 L8,10 L5,7 L2,10 L0,8 L3,5 L0,2 Z';

  // Text

  const seen = (text) =>
    text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0).toString(16).toUpperCase().padStart(4, '0')}}`);

  const brief = (text, length) => {
    const characters = [...seen(text)];
    const tail = Math.floor((length - 1) / 3);
    return characters.length <= length
      ? characters.join('')
      : `${characters.slice(0, length - 1 - tail).join('')}…${characters.slice(-tail).join('')}`;
  };

  const named = (weight, length = 44) => brief(weight.name, length) + (weight.reading ? ` (${brief(weight.reading, 20)})` : '');
  const number = (value) => (value === null || value === undefined ? 'not a number' : String(Number(value.toPrecision(3))));
  const percent = (share) => `${Number((100 * share).toPrecision(3))} %`;

  const element = (name, attributes = {}, ...children) => {
    const node = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  };

  // Charts

  const figure = (name) => document.querySelector(`figure[data-chart="${name}"]`);

  const plots = (place, count, height = '') => {
    const row = element('div', { class: 'plots' });
    const all = Array.from({ length: count }, () => element('div', { class: `plot ${height}`, role: 'img' }));
    row.append(...all);
    place.append(row);
    place.hidden = false;
    return all;
  };

  const chartIn = (plot) => {
    const chart = echarts.init(plot, null, { renderer: 'svg' });
    instances.push(chart);
    return chart;
  };

  const show = (chart, words, option) => {
    chart.getDom().setAttribute('aria-label', words);
    chart.setOption(
      {
        animation: false,
        textStyle: { fontFamily: 'system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif', fontSize: 12, color: ink },
        title: { text: option.yAxis.heading, left: 0, top: 0, textStyle: { color: soft, fontSize: 12, fontWeight: 'normal' } },
        grid: { left: 8, right: 24, top: option.legend ? 62 : 36, bottom: option.xAxis.name ? 30 : 8, containLabel: true },
        // Nothing of a tooltip is HTML.
        tooltip: {
          renderMode: 'richText',
          confine: true,
          backgroundColor: card,
          borderColor: soft,
          textStyle: { color: ink, fontSize: 12 },
        },
        ...option,
      },
      { notMerge: true },
    );
    chart.getDom().dataset.drawn = 'true';
  };

  const axis = (type, name, more = {}) => ({
    type,
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: soft },
    axisLine: { show: true, lineStyle: { color: soft } },
    axisTick: { lineStyle: { color: soft } },
    axisLabel: { color: soft, hideOverlap: true },
    splitLine: { lineStyle: { color: grid } },
    ...more,
  });
  const across = (type, name, more) => axis(type, name, { nameGap: 28, splitLine: { show: false }, ...more });
  // Its name stands over the chart, where there is room for it on any screen.
  const upward = (type, heading, more) => ({ ...axis(type, '', more), heading });

  const legend = (more) => ({
    top: 24,
    left: 0,
    itemWidth: 14,
    itemHeight: 10,
    textStyle: { color: ink },
    inactiveColor: soft,
    ...more,
  });

  const still = { emphasis: { disabled: true }, blur: {}, select: { disabled: true } };

  const line = (name, colour, points, more = {}) => ({
    type: 'line',
    name,
    data: points,
    showSymbol: points.length <= 48,
    symbol: 'circle',
    symbolSize: 5,
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
    ...still,
    ...more,
  });

  // An unchanged model is larger by what is written about it: less than can be seen.
  const sizes = (all) => {
    const largest = Math.max(...all.map((each) => each.sizeRatio));
    return across('value', 'size of the file, % of the original', { min: 0, max: largest <= 1.01 ? 100 : Math.ceil(10 * largest) * 10 });
  };
  const sizeOf = ({ sizeRatio }) => (sizeRatio <= 1.01 ? Math.min(100, 100 * sizeRatio) : 100 * sizeRatio);

  const dots = (name, colour, symbol, points, more = {}) => ({
    type: 'scatter',
    name,
    data: points,
    symbol,
    symbolSize: 9,
    itemStyle: { color: colour },
    ...still,
    ...more,
  });

  const hollow = (colour) => ({ color: card, borderColor: colour, borderWidth: 2 });

  const mark = (where, text, colour, type, position) => ({
    ...where,
    lineStyle: { color: colour, type, width: 1.5 },
    label: { formatter: text, position, color: colour, fontSize: 12 },
  });
  const marks = (data) => ({ silent: true, symbol: 'none', animation: false, precision: 12, ...still, data });

  // The spectrum of one weight

  const strategy = /^(energy|error)(?::([0-9.eE+-]+))?$/.exec(report.settings?.rank ?? '');
  const askedEnergy =
    strategy && strategy[1] === 'energy' ? Number(strategy[2] ?? 0.99) : strategy && strategy[2] ? 1 - Number(strategy[2]) ** 2 : null;

  const spectrumPoints = (spectrum) => {
    const body = element('tbody');
    const table = element('table', {}, element('thead', {}, element('tr')), body);
    table.tHead.rows[0].append(
      ...['index', 'singular value', 'energy'].map((text) => element('th', { scope: 'col', class: 'number' }, text)),
    );
    spectrum.index.forEach((index, i) => {
      const cells = [index, spectrum.sigma[i], spectrum.energy[i]];
      body.append(element('tr', {}, ...cells.map((cell) => element('td', { class: 'number' }, String(cell)))));
    });
    return table;
  };

  const drawSpectrum = (place) => {
    const select = element('select', { id: 'weight' });
    spectra.forEach((spectrum, i) => select.append(element('option', { value: i }, named(weights[spectrum.weight], 90))));
    place.append(element('div', { class: 'choice' }, element('label', { for: 'weight' }, 'Weight', select)));
    const [left, right] = plots(place, 2).map(chartIn);
    const words = element('p', { class: 'about', 'aria-live': 'polite' });
    const points = element('details', { class: 'points' }, element('summary', {}, 'These values as a table'));
    place.append(words, points);

    const draw = () => {
      const spectrum = spectra[select.value];
      const weight = weights[spectrum.weight];
      const at = (index) => spectrum.index.indexOf(index);
      const size = spectrum.index.at(-1);
      const factored = weight.decision === 'factored';
      const positive = spectrum.sigma.every((sigma) => sigma > 0);
      const logarithmic = positive && spectrum.sigma[0] / spectrum.sigma.at(-1) >= 100;
      const lines = (top) => [
        ...(factored ? [mark({ xAxis: weight.rank }, `rank ${weight.rank}`, red, 'solid', top ? 'insideEndTop' : 'insideStartTop')] : []),
        ...(weight.breakEvenRank > 0
          ? [mark({ xAxis: weight.breakEvenRank }, `break-even ${weight.breakEvenRank}`, soft, 'dashed', top ? 'insideEndBottom' : 'insideStartBottom')]
          : []),
      ];
      const cut = factored && at(weight.rank) >= 0 ? spectrum.sigma[at(weight.rank)] : null;
      const kind = weight.calibrated ? 'Singular value, as the inputs see it' : 'Singular value';
      const summary =
        `${named(weight, 300)}, ${weight.rows} × ${weight.columns}: ${size} singular values, from ${number(spectrum.sigma[0])} to ` +
        `${number(spectrum.sigma.at(-1))}; ` +
        (factored
          ? `cut to rank ${weight.rank}, where ${percent(weight.energy)} of the energy remains; break-even is ${weight.breakEvenRank}.`
          : `unchanged: ${seen(weight.reason)}; break-even is ${weight.breakEvenRank}.`);
      words.textContent = summary;
      show(left, `Singular values by index. ${summary}`, {
        xAxis: across('value', 'index', { min: 0, max: size, splitNumber: 5 }),
        yAxis: upward(logarithmic ? 'log' : 'value', kind, { axisLabel: { color: soft, formatter: number } }),
        tooltip: tooltip((item) => `σ at ${item.value[0]}: ${number(item.value[1])}`, 'axis'),
        series: [
          line(kind, blue, spectrum.index.map((index, i) => [index, spectrum.sigma[i]]), {
            markLine: marks([...lines(true), ...(cut > 0 ? [mark({ yAxis: cut }, `threshold ${number(cut)}`, soft, 'dotted', 'insideEndTop')] : [])]),
            ...(factored ? { markArea: { silent: true, itemStyle: { color: blue, opacity: 0.1 }, data: [[{ xAxis: 0 }, { xAxis: weight.rank }]] } } : {}),
          }),
        ],
      });
      show(right, `Cumulative energy by rank. ${summary}`, {
        xAxis: across('value', 'rank', { min: 0, max: size, splitNumber: 5 }),
        yAxis: upward('value', 'Energy of the largest values', { min: 0, max: 1 }),
        tooltip: tooltip((item) => `energy at rank ${item.value[0]}: ${item.value[1]}`, 'axis'),
        series: [
          line('energy', green, [[0, 0], ...spectrum.index.map((index, i) => [index, spectrum.energy[i]])], {
            markLine: marks([
              ...lines(false),
              ...(askedEnergy === null ? [] : [mark({ yAxis: askedEnergy }, `threshold ${number(askedEnergy)}`, soft, 'dotted', 'insideEndBottom')]),
            ]),
          }),
        ],
      });
      const table = () => points.querySelector('table') ?? points.append(spectrumPoints(spectrum));
      points.querySelector('table')?.remove();
      points.ontoggle = () => points.open && table();
      if (points.open) {
        table();
      }
    };
    select.addEventListener('change', draw);
    draw();
  };

  const tooltip = (formatter, trigger = 'item') => ({
    renderMode: 'richText',
    confine: true,
    trigger,
    backgroundColor: card,
    borderColor: soft,
    textStyle: { color: ink, fontSize: 12 },
    axisPointer: { lineStyle: { color: soft } },
    formatter: (items) => formatter(Array.isArray(items) ? items[0] : items),
  });

  // All weights

  const linear = weights.filter((weight) => weight.decision !== 'skipped');

  const drawRanks = (place) => {
    const [chart] = plots(place, 1, 'low').map(chartIn);
    const factored = linear.filter((weight) => weight.decision === 'factored');
    const point = (value) => (weight) => ({ value: [linear.indexOf(weight) + 1, value(weight)], weight });
    const smaller = (weight) => Math.min(weight.rows, weight.columns);
    show(
      chart,
      `Rank of each of ${linear.length} weights, from the first to the last: ${factored.length} are factored` +
        (factored.length ? `, at ranks from ${Math.min(...factored.map((w) => w.rank))} to ${Math.max(...factored.map((w) => w.rank))}.` : '.'),
      {
        legend: legend(),
        xAxis: across('value', 'weight', { min: 0, max: linear.length + 1, minInterval: 1, axisLabel: { color: soft, formatter: (at) => (at >= 1 && at <= linear.length ? String(at) : '') } }),
        yAxis: upward('log', 'Rank', { min: 1, axisLabel: { color: soft, formatter: (value) => value.toLocaleString('en') } }),
        tooltip: tooltip(({ data: { weight } }) =>
          [
            named(weight),
            `${weight.rows} × ${weight.columns}`,
            weight.decision === 'factored' ? `rank ${weight.rank}` : 'unchanged',
            `break-even ${weight.breakEvenRank}`,
          ].join('\n'),
        ),
        series: [
          dots('full rank', soft, 'rect', linear.map(point(smaller)), { symbolSize: [10, 2] }),
          dots('break-even', orange, 'triangle', linear.filter((weight) => weight.breakEvenRank > 0).map(point((weight) => weight.breakEvenRank)), { symbolSize: 7 }),
          dots('unchanged', soft, 'circle', linear.filter((weight) => weight.decision === 'kept').map(point(smaller)), { itemStyle: hollow(soft) }),
          dots('rank', blue, 'circle', factored.map(point((weight) => weight.rank))),
        ],
      },
    );
  };

  const WORST = 12;

  // The largest of a measure over the weights, as bars.
  const drawWorst = (chart, all, title, measure, text) => {
    const worst = all
      .filter((weight) => Number.isFinite(measure(weight)))
      .sort((a, b) => measure(b) - measure(a))
      .slice(0, WORST)
      .reverse();
    chart.getDom().style.height = `${5 + 1.6 * worst.length}rem`;
    chart.resize();
    show(chart, `${title}: ${[...worst].reverse().map((weight) => `${named(weight)} ${text(measure(weight))}`).join(', ')}.`, {
      grid: { left: 8, right: 64, top: 28, bottom: 8, containLabel: true },
      xAxis: axis('value', '', { min: 0, axisLabel: { color: soft, formatter: text, hideOverlap: true } }),
      yAxis: upward('category', title, {
        data: worst.map((weight) => named(weight, 300)),
        axisLabel: { color: ink, formatter: (name) => brief(name, chart.getWidth() < 500 ? 20 : 40), interval: 0 },
        axisTick: { show: false },
      }),
      tooltip: tooltip(({ data: { weight } }) => `${named(weight)}\n${text(measure(weight))}`),
      series: [
        {
          type: 'bar',
          data: worst.map((weight) => ({ value: measure(weight), weight })),
          itemStyle: { color: blue },
          barMaxWidth: 14,
          label: { show: true, position: 'right', color: ink, formatter: ({ value }) => text(value) },
          ...still,
        },
      ],
    });
  };

  const drawErrors = (place) => {
    const factored = linear.filter((weight) => weight.decision === 'factored');
    const measured = factored.filter((weight) => Number.isFinite(weight.measuredError));
    const timed = linear.filter((weight) => Number.isFinite(weight.latency?.compressedMs));
    if (factored.length + timed.length === 0) {
      place.closest('section').remove();
      return;
    }
    const all = plots(place, (factored.length > 0) + (measured.length > 0) + (timed.length > 0)).map(chartIn);
    if (measured.length > 0) {
      const chart = all.shift();
      const points = measured.map((weight) => ({ value: [weight.predictedError, weight.measuredError], weight }));
      const largest = Math.max(...points.flatMap((point) => point.value));
      show(chart, `Predicted against measured error of ${measured.length} weights; on the line they are the same.`, {
        xAxis: across('value', 'predicted error', { min: 0 }),
        yAxis: upward('value', 'Measured error', { min: 0 }),
        tooltip: tooltip(({ data: { weight } }) =>
          `${named(weight)}\npredicted ${number(weight.predictedError)}\nmeasured ${number(weight.measuredError)}`,
        ),
        series: [
          line('as predicted', soft, [[0, 0], [largest, largest]], { showSymbol: false, silent: true, lineStyle: { color: soft, type: 'dashed', width: 1.5 } }),
          dots('weights', blue, 'circle', points),
        ],
      });
    }
    const by = measured.length > 0 ? 'measuredError' : 'predictedError';
    if (factored.length > 0) drawWorst(all.shift(), factored, `Largest ${measured.length > 0 ? 'measured' : 'predicted'} errors`, (weight) => weight[by], number);
    if (timed.length > 0) {
      drawWorst(all.shift(), timed, 'Slowest pairs, alone', (weight) => weight.latency.compressedMs, (ms) => `${number(ms)} ms`);
    }
  };

  // A search

  const drawSearch = (place) => {
    const { search } = report;
    // A search for a size is shown by what its candidates lost.
    const losses = Object.keys(search.tried[0]?.values ?? {}).filter((name) => name !== 'max-size-ratio');
    const limit = search.limit === 'max-size-ratio' && losses.length > 0 ? losses[0] : search.limit;
    const tried = search.tried.map((trial) => ({ ...trial, value: limit === search.limit ? trial.value : trial.values[limit] }));
    const known = tried.filter((trial) => Number.isFinite(trial.value));
    if (known.length === 0) {
      place.remove();
      return;
    }
    const accepted = known.filter((trial) => trial.kept);
    const chosen =
      known.find((trial) => trial.rank === report.settings.rank) ??
      accepted.reduce((best, trial) => (best && best.sizeRatio <= trial.sizeRatio ? best : trial), undefined);
    const asked = report.limits.find((outcome) => outcome.name === limit)?.limit;
    // What decides is close to the limit, and what was lost at first is far from it.
    const upper = limit.startsWith('max-');
    const edge = upper ? 4 * asked : 1 - 4 * (1 - asked);
    const near = known.filter((trial) => (upper ? trial.value <= edge : trial.value >= edge));
    const zoomable = edge > 0 && near.length >= 3 && near.length < known.length;
    const range = element('select', { id: 'range' }, element('option', { value: 'near' }, 'Settings near the limit'), element('option', { value: 'all' }, 'All settings'));
    if (zoomable) {
      place.append(element('div', { class: 'choice' }, element('label', { for: 'range' }, 'Show', range)));
    }
    const [chart] = plots(place, 1).map(chartIn);
    const point = (trial) => ({ value: [sizeOf(trial), trial.value], trial });
    const draw = () => {
      const drawn = zoomable && range.value === 'near' ? near : known;
      show(
        chart,
        `${known.length} settings tried, ${accepted.length} meet the limits` + (chosen ? `; chosen: ${percent(chosen.sizeRatio)} of the size.` : '.'),
        {
          legend: legend(),
          xAxis: sizes(drawn),
          yAxis: upward('value', limit.replace(/^(max|min)-/, ''), { scale: true }),
          tooltip: tooltip(({ data: { trial } }) => (trial ? `${brief(trial.rank, 60)}\n${percent(trial.sizeRatio)} of the size\n${limit} ${number(trial.value)}` : '')),
          series: [
            dots('rejected', red, cross, drawn.filter((trial) => !trial.kept).map(point)),
            dots('accepted', blue, 'circle', drawn.filter((trial) => trial.kept).map(point), {
              markLine: marks(asked === undefined ? [] : [mark({ yAxis: asked }, `limit ${number(asked)}`, ink, 'dashed', 'insideEndTop')]),
            }),
            ...(chosen ? [dots('chosen', ink, 'circle', [point(chosen)], { symbolSize: 18, itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 2 } })] : []),
          ],
        },
      );
    };
    range.addEventListener('change', draw);
    draw();
  };

  // A sweep

  const families = [
    [blue, 'circle'],
    [orange, 'triangle'],
    [green, 'rect'],
    [purple, 'diamond'],
    [red, 'roundRect'],
    [ink, 'arrow'],
  ];

  const lossMeasures = [
    { label: 'Accuracy lost, in points', of: (setting) => 100 * setting.accuracy?.drop, text: (value) => `${number(value)} points lost`, close: 0.5 },
    { label: 'Relative error', of: (setting) => setting.relativeError.worst ?? NaN, text: (value) => `relative error ${number(value)}`, close: 0.1 },
    { label: 'Cosine of outputs', of: (setting) => setting.cosine.worst ?? NaN, text: (value) => `cosine ${value.toFixed(4)}` },
    { label: 'Time of a run, of the original’s', of: (setting) => setting.latency?.ratio, text: (value) => `${number(value)}× the time` },
  ];

  const drawSweep = (place) => {
    const settings = report.settings.filter((setting) => !setting.sameAs);
    const measures = lossMeasures.filter(({ of }) => settings.some((setting) => Number.isFinite(of(setting))));
    if (settings.length === 0 || measures.length === 0) {
      document.getElementById('curve').remove();
      document.getElementById('ranks').remove();
      return;
    }
    const measure = element('select', { id: 'measure' });
    measures.forEach(({ label }, i) => measure.append(element('option', { value: i }, label)));
    const choice = element('select', { id: 'setting' });
    settings.forEach(({ rank }, i) => choice.append(element('option', { value: i }, brief(rank, 60))));
    place.append(
      element(
        'div',
        { class: 'choice' },
        element('label', { for: 'measure' }, 'Show', measure),
        element('label', { for: 'setting' }, 'Chosen', choice),
      ),
    );
    // Nobody chose yet: the smallest that is close to the original, or else the closest.
    const first = measures.find(({ close }) => close !== undefined);
    const loss = (setting) => first?.of(setting) ?? NaN;
    const better = (a, b) => {
      const [near, nearB] = [a, b].map((setting) => loss(setting) <= first?.close);
      return near !== nearB ? near : near ? a.bytes < b.bytes : loss(a) < loss(b);
    };
    choice.value = settings.indexOf(settings.reduce((best, setting) => (better(setting, best) ? setting : best)));

    const [chart] = plots(place, 1).map(chartIn);
    const words = element('p', { class: 'chosen', 'aria-live': 'polite' });
    place.append(words);
    const rankPlace = figure('sweep-ranks');
    const fewest = 3;
    const ranked = settings.some((setting) => Object.keys(setting.ranks).length >= fewest);
    const ranks = ranked ? chartIn(plots(rankPlace, 1, 'low')[0]) : undefined;
    if (!ranked) {
      rankPlace.closest('section').remove();
    }

    const family = (setting) => setting.rank.split(':')[0];
    const names = [...new Set(settings.map(family))];

    const draw = () => {
      const { label, of, text } = measures[measure.value];
      const chosen = settings[choice.value];
      const point = (setting) => ({ value: [sizeOf(setting), of(setting)], setting });
      show(chart, `${label}, against size of the file, of ${settings.length} settings. Chosen: ${seen(chosen.rank)}, ${percent(chosen.sizeRatio)} of the size, ${text(of(chosen))}.`, {
        legend: legend({ data: names.map((name) => brief(name, 24)) }),
        xAxis: sizes(settings),
        yAxis: upward('value', label, { scale: true }),
        tooltip: tooltip(({ data: { setting } }) => `${brief(setting.rank, 60)}\n${percent(setting.sizeRatio)} of the size\n${text(of(setting))}`),
        series: [
          ...names.map((name, i) => {
            const [colour, symbol] = families[i % families.length];
            const own = settings.filter((setting) => family(setting) === name && Number.isFinite(of(setting)));
            return line(brief(name, 24), colour, own.sort((a, b) => a.bytes - b.bytes).map(point), { symbol, symbolSize: 9, showSymbol: true });
          }),
          dots('chosen', ink, 'circle', [point(chosen)], { symbolSize: 18, z: 5, itemStyle: { color: 'transparent', borderColor: ink, borderWidth: 2 } }),
        ],
      });
      words.replaceChildren(
        element('strong', {}, seen(chosen.rank)),
        `: ${percent(chosen.sizeRatio)} of the size, ${measures.map((each) => each.text(each.of(chosen))).join(', ')}. `,
        element('code', {}, `eckart compress … --rank ${seen(chosen.rank)}`),
      );
      if (!ranked) {
        return;
      }
      const byName = Object.entries(chosen.ranks);
      show(ranks, `Ranks of ${byName.length} factored weights: ${byName.slice(0, 20).map(([name, rank]) => `${brief(name, 40)} ${rank}`).join(', ')}.`, {
        xAxis: across('value', 'weight, by name', { min: 0, max: byName.length + 1, minInterval: 1, axisLabel: { color: soft, formatter: (at) => (at >= 1 && at <= byName.length ? String(at) : '') } }),
        yAxis: upward('log', 'Rank', { min: 1, axisLabel: { color: soft, formatter: (value) => value.toLocaleString('en') } }),
        tooltip: tooltip(({ data: { name, value } }) => `${brief(name, 60)}\nrank ${value[1]}`),
        series: [dots('rank', blue, 'circle', byName.map(([name, rank], i) => ({ name, value: [i + 1, rank] })))],
      });
    };
    measure.addEventListener('change', draw);
    choice.addEventListener('change', draw);
    chart.on('click', ({ data }) => {
      if (data?.setting) {
        choice.value = settings.indexOf(data.setting);
        draw();
      }
    });
    draw();
  };

  // A comparison

  // What a model loses is drawn, and 0 is the original; of what is better the higher it is, what is missing of 1.
  const comparisonMeasures = () => {
    const models = report.models;
    const metrics = models[0].metrics.map(({ name, judged, better }, i) => {
      const of = (model) => model.metrics[i].value ?? NaN;
      const ofOne = better === 'higher' && models.every((model) => !(of(model) > 1));
      return {
        label: ofOne ? `1 − ${name}` : `${name}${judged === 'value' ? '' : `, ${judged}`}`,
        of: ofOne ? (model) => 1 - of(model) : of,
        higher: better === 'higher' && !ofOne,
        text: (model) => `${name} ${Number(of(model).toPrecision(5))}`,
      };
    });
    return [
      { label: 'Accuracy lost, in points', of: (model) => 100 * model.accuracy?.drop, text: (model) => `${number(100 * model.accuracy.drop)} points lost` },
      ...metrics,
      { label: '1 − cosine of outputs', of: (model) => 1 - (model.cosine.worst ?? NaN), text: (model) => `cosine ${Number(model.cosine.worst.toPrecision(5))}` },
      { label: 'Relative error', of: (model) => model.relativeError.worst ?? NaN, text: (model) => `relative error ${number(model.relativeError.worst)}` },
      { label: 'Time of a run, of the original’s', of: (model) => model.latency?.ratio, text: (model) => `${number(model.latency.ratio)}× the time` },
      { label: 'Peak memory, of the original’s', of: (model) => model.memoryRatio, text: (model) => `${number(model.memoryRatio)}× the memory` },
    ].filter(({ of }) => models.some((model) => Number.isFinite(of(model))));
  };

  const drawComparison = (place) => {
    const measures = comparisonMeasures();
    if (measures.length === 0) {
      place.remove();
      return;
    }
    const measure = element('select', { id: 'measure' });
    measures.forEach(({ label }, i) => measure.append(element('option', { value: i }, seen(label))));
    place.append(element('div', { class: 'choice' }, element('label', { for: 'measure' }, 'Show', measure)));
    const [chart] = plots(place, 1).map(chartIn);
    const file = ({ path }) => brief(path.split(/[/\\]/).at(-1), 40);
    const draw = () => {
      const { label, of, higher = false, text } = measures[measure.value];
      const models = report.models.filter((model) => Number.isFinite(of(model)));
      const worse = (one, other) => (higher ? of(one) < of(other) : of(one) > of(other));
      const beats = (one, other) => one.bytes <= other.bytes && !worse(one, other) && (one.bytes < other.bytes || worse(other, one));
      const beaten = (model) => models.some((other) => beats(other, model));
      const front = models.filter((model) => !beaten(model)).sort((a, b) => a.bytes - b.bytes);
      const values = models.map(of);
      const logarithmic = values.every((value) => value > 0) && Math.max(...values) / Math.min(...values) >= 10;
      const point = (model) => ({ value: [sizeOf(model), of(model)], model });
      const letters = { show: true, position: 'right', color: ink, fontSize: 12, formatter: ({ data: { model } }) => model.letters };
      show(
        chart,
        `${label}, against size of the file, of ${models.length} models; on the front: ${front.map(({ letters: name }) => name).join(', ')}.`,
        {
          legend: legend(),
          xAxis: sizes([...models, { sizeRatio: 1 }]),
          yAxis: upward(logarithmic ? 'log' : 'value', seen(label), logarithmic ? { axisLabel: { color: soft, formatter: number } } : { scale: true }),
          tooltip: tooltip(({ data: { model } }) =>
            [`${model.letters}: ${file(model)}`, `${model.bytes.toLocaleString('en')} bytes, ${percent(model.sizeRatio)} of the original`, text(model)].join('\n'),
          ),
          series: [
            line('on the front', blue, front.map(point), { symbolSize: 10, showSymbol: true, label: letters, lineStyle: { color: blue, type: 'dashed', width: 1.5 } }),
            dots('not on the front', soft, 'circle', models.filter(beaten).map(point), { symbolSize: 10, itemStyle: hollow(soft), label: letters }),
          ],
        },
      );
    };
    measure.addEventListener('change', draw);
    draw();
  };

  // What weights can be stored as

  const drawOffers = (place) => {
    const { offers } = report;
    const inOrder = [...offers.weights].sort((a, b) => a.place - b.place);
    // What is measured comes first, and then what was predicted of every form without a rank.
    const variants = [...new Set(offers.weights.flatMap(({ forms }) => forms.filter(({ rank }) => rank === undefined).map(({ encoding }) => encoding)))];
    const choices = [offers.measuredAt, ...variants.filter((name) => name !== offers.measuredAt)];
    const lossAt = (weight, name) =>
      (name === offers.measuredAt ? weight.networkLoss : (weight.forms.find(({ encoding }) => encoding === name)?.networkLoss ?? null));
    const encoding = element('select', { id: 'encoding' });
    choices.forEach((name, i) => encoding.append(element('option', { value: i }, i === 0 ? `${seen(name)}, measured` : `${seen(name)}, predicted`)));
    const chosen = element('select', { id: 'offered' });
    offers.weights.forEach((weight, i) => chosen.append(element('option', { value: i }, brief(weight.name, 60))));
    place.append(element('div', { class: 'choice' }, element('label', { for: 'encoding' }, 'Stored as', encoding)));
    const below = figure('offered');
    below.append(element('div', { class: 'choice' }, element('label', { for: 'offered' }, 'Weight', chosen)));
    const [map] = plots(place, 1).map(chartIn);
    const [forms] = plots(below, 1).map(chartIn);
    const logarithmic = (values) => values.length > 0 && values.every((value) => value > 0);
    const largest = Math.max(...inOrder.map(({ bytes }) => bytes));

    const draw = () => {
      const name = choices[encoding.value];
      const known = inOrder.filter((weight) => Number.isFinite(lossAt(weight, name)) && lossAt(weight, name) !== null);
      const point = (weight) => ({
        value: [weight.place, lossAt(weight, name)],
        weight,
        symbolSize: 6 + 18 * Math.sqrt(weight.bytes / largest),
      });
      const taken = offers.weights[chosen.value];
      const log = logarithmic(known.map((weight) => lossAt(weight, name)));
      show(
        map,
        `Loss of the network's outputs by each of ${known.length} weights alone, stored as ${seen(name)}` +
          (known.length ? `; most by ${[...known].sort((a, b) => lossAt(b, name) - lossAt(a, name)).slice(0, 3).map((weight) => brief(weight.name, 40)).join(', ')}.` : '.'),
        {
          xAxis: across('value', 'weight, in the order of the network; larger dots have more bytes', { min: 0, max: inOrder.length + 1, minInterval: 1, axisLabel: { color: soft, formatter: (at) => (at >= 1 && at <= inOrder.length ? String(at) : '') } }),
          yAxis: upward(log ? 'log' : 'value', 'Loss of the network’s outputs', { axisLabel: { color: soft, formatter: number } }),
          tooltip: tooltip(({ data: { weight } }) => `${brief(weight.name, 60)}\n${weight.operator}, ${weight.bytes.toLocaleString('en')} bytes\nloses ${number(lossAt(weight, name))}`),
          series: [
            dots('weights', blue, 'circle', known.filter((weight) => weight !== taken).map(point), { itemStyle: { color: blue, opacity: 0.75 } }),
            dots('chosen', orange, 'circle', known.filter((weight) => weight === taken).map(point), { z: 5 }),
          ],
        },
      );
      const network = taken.forms.some((form) => Number.isFinite(form.networkLoss) && form.networkLoss !== null);
      const lost = (form) => (network ? form.networkLoss : form.layerLoss);
      const shown = taken.forms.filter((form) => Number.isFinite(lost(form)));
      show(
        forms,
        `${brief(taken.name, 300)}, ${taken.bytes} bytes: ${shown.length} forms. ` +
          taken.refused.map(({ encoding: refusing, reason }) => `${seen(refusing)}: ${seen(reason)}.`).join(' '),
        {
          legend: legend(),
          xAxis: across('value', 'bytes, % of the weight’s', { min: 0, max: 100 }),
          yAxis: upward(logarithmic(shown.map(lost)) ? 'log' : 'value', network ? 'Loss of the network’s outputs, predicted' : 'Loss of the layer’s outputs, predicted', { axisLabel: { color: soft, formatter: number } }),
          tooltip: tooltip(({ data: { form } }) =>
            [
              form.encoding + (form.rank === undefined ? '' : `, rank ${form.rank}`),
              `${percent(form.bytes / taken.bytes)} of the bytes`,
              `layer loses ${number(form.layerLoss)}`,
              `network loses ${number(form.networkLoss)}`,
            ].join('\n'),
          ),
          series: offers.encodings.map((family, i) => {
            const [colour, symbol] = families[i % families.length];
            const own = shown.filter((form) => form.family === family).sort((a, b) => a.bytes - b.bytes);
            return line(brief(family, 24), colour, own.map((form) => ({ value: [(100 * form.bytes) / taken.bytes, lost(form)], form })), { symbol, symbolSize: 8, showSymbol: true });
          }),
        },
      );
    };
    encoding.addEventListener('change', draw);
    chosen.addEventListener('change', draw);
    map.on('click', ({ data }) => {
      if (data?.weight) {
        chosen.value = offers.weights.indexOf(data.weight);
        draw();
      }
    });
    draw();
  };

  const drawings = { search: drawSearch, ranks: drawRanks, spectrum: drawSpectrum, errors: drawErrors, sweep: drawSweep, comparison: drawComparison, offers: drawOffers };
  Object.entries(drawings).forEach(([name, draw]) => {
    const place = figure(name);
    if (place) {
      draw(place);
    }
  });

  const fit = () =>
    instances.forEach((chart) => {
      chart.resize();
      // At once: paper does not wait for the next frame.
      chart.getZr().flush();
    });
  // Charts are as wide as paper before it is printed on.
  const printing = (now) => () => {
    document.documentElement.classList.toggle('printing', now);
    fit();
  };
  addEventListener('resize', fit);
  addEventListener('beforeprint', printing(true));
  addEventListener('afterprint', printing(false));
  document.documentElement.classList.add('drawn');
})();
