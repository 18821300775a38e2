/** Headlines that read like a newsroom's, made from a small grammar. No real person, party, club or company. */
type Words = readonly [string, ...string[]];

interface SectionGrammar {
  /** What stories of the section are about; a story stays with one subject. */
  readonly subjects: Words;
  readonly events: Words;
  readonly angles: Words;
}

export const sections = [
  'politics',
  'world',
  'city',
  'economy',
  'sport',
  'culture',
  'science',
  'health',
  'travel',
  'opinion',
] as const;
export type Section = (typeof sections)[number];

const grammar: Readonly<Record<Section, SectionGrammar>> = {
  politics: {
    subjects: [
      'Coalition',
      'Opposition',
      'Finance committee',
      'Upper house',
      'Electoral commission',
      'Cabinet',
      'Ministry of transport',
      'Constitutional court',
    ],
    events: [
      'agrees on budget',
      'rejects pension plan',
      'postpones vote on housing',
      'opens inquiry into contracts',
      'splits over energy bill',
      'names new chair',
      'votes to extend term limits',
    ],
    angles: [
      'after night session',
      'by a single vote',
      'despite warnings',
      'and calls for fresh talks',
      'as protests grow',
      'in surprise move',
    ],
  },
  world: {
    subjects: [
      'Border talks',
      'Island nation',
      'Peace mission',
      'Trade bloc',
      'Coastal states',
      'Aid convoy',
      'River treaty partners',
    ],
    events: [
      'reach third round',
      'asks for help after storm',
      'halts exports of grain',
      'signs water accord',
      'reopens northern crossing',
      'expels observers',
    ],
    angles: [
      'for the first time in a decade',
      'under heavy rain',
      'as deadline nears',
      'while neighbours watch',
      'despite cold welcome',
    ],
  },
  city: {
    subjects: [
      'Tram line 4',
      'Harbour district',
      'Old market hall',
      'Night buses',
      'Riverside park',
      'Central station',
      'School board',
    ],
    events: [
      'closes for repairs',
      'gets a new square',
      'runs late again',
      'to stay open on Sundays',
      'loses its oldest trees',
      'welcomes first tenants',
    ],
    angles: [
      'from Monday',
      'and residents object',
      'until spring',
      'after years of delay',
      'at twice the cost',
      'with free rides',
    ],
  },
  economy: {
    subjects: [
      'Central bank',
      'Shipyard',
      'Chip maker',
      'Retail sales',
      'Rents',
      'Rail operator',
      'Start-up fund',
      'Wheat price',
    ],
    events: [
      'raises forecast',
      'cuts a thousand jobs',
      'beats expectations',
      'falls to five-year low',
      'holds rates',
      'buys its rival',
    ],
    angles: [
      'as exports recover',
      'and shares jump',
      'amid strike threat',
      'before the holidays',
      'against analysts’ advice',
    ],
  },
  sport: {
    subjects: [
      'Home side',
      'League leaders',
      'National team',
      'Veteran keeper',
      'Relay squad',
      'Cup holders',
      'Newcomers',
    ],
    events: [
      'win in extra time',
      'lose captain to injury',
      'throw away two-goal lead',
      'qualify early',
      'sign young striker',
      'sack coach',
    ],
    angles: [
      'in front of record crowd',
      'and dream of the title',
      'after video review',
      'in the rain',
      'with ten players',
    ],
  },
  culture: {
    subjects: [
      'Film festival',
      'City opera',
      'Street painter',
      'Novel about a lighthouse',
      'Jazz cellar',
      'Puppet theatre',
      'Museum of maps',
    ],
    events: [
      'opens with a silent film',
      'returns to the stage',
      'sells out in minutes',
      'wins critics over',
      'shows forgotten works',
      'turns fifty',
    ],
    angles: [
      'and nobody leaves early',
      'after long renovation',
      'in a former factory',
      'with a young cast',
      'against all odds',
    ],
  },
  science: {
    subjects: [
      'Deep-sea probe',
      'Telescope in the desert',
      'Ancient seed',
      'Battery lab',
      'Glacier survey',
      'Bee study',
      'Moon rover',
    ],
    events: [
      'finds unknown glow',
      'sends first pictures',
      'sprouts after centuries',
      'doubles its range',
      'shows faster melt',
      'maps hidden caves',
    ],
    angles: [
      'and puzzles researchers',
      'earlier than planned',
      'in record time',
      'with help from amateurs',
      'says new paper',
    ],
  },
  health: {
    subjects: [
      'Flu season',
      'Night shift workers',
      'Walking groups',
      'Rural clinics',
      'Allergy sufferers',
      'Sleep researchers',
    ],
    events: [
      'starts early',
      'face higher risk',
      'live longer',
      'get mobile doctors',
      'breathe easier',
      'warn of blue light',
    ],
    angles: ['what to know', 'a large study finds', 'and it costs nothing', 'doctors advise calm', 'this winter'],
  },
  travel: {
    subjects: ['Night train', 'Mountain hut', 'Quiet coast', 'Cycle route', 'Old spa town', 'Ferry to the islands'],
    events: [
      'is back',
      'worth the detour',
      'before the crowds come',
      'on a small budget',
      'in three days',
      'for the slow traveller',
    ],
    angles: ['our tips', 'a weekend report', 'with children', 'even in November', 'and where to eat'],
  },
  opinion: {
    subjects: ['The budget', 'Our schools', 'The referee', 'Remote work', 'The last bookshop', 'Public transport'],
    events: [
      'deserves better',
      'is not the problem',
      'needs patience',
      'shows who we are',
      'has a price',
      'was never about money',
    ],
    angles: ['a comment', 'and that is good', 'let us be honest', 'a reply', 'two views'],
  },
};

/** What stands before a headline, if anything. */
const kickers = ['', 'Live: ', 'Analysis: ', 'In pictures: '] as const;

/** A running story: one subject of a section. What a reader can follow. */
export interface Story {
  readonly section: Section;
  readonly subject: string;
}

/** All running stories, those of a section side by side. */
export const stories: readonly Story[] = sections.flatMap((section) =>
  grammar[section].subjects.map((subject) => ({ section, subject })),
);

/** The nth headline of a story; no two of a hundred in a row are the same. */
export function headline({ section, subject }: Story, nth: number): string {
  const { events, angles } = grammar[section];
  const combinations = kickers.length * events.length * angles.length;
  // A prime that divides no number of combinations, so all come before one comes again.
  let choice = (nth * 1009) % combinations;
  const event = events[choice % events.length] ?? events[0];
  choice = Math.floor(choice / events.length);
  const angle = angles[choice % angles.length] ?? angles[0];
  const kicker = kickers[Math.floor(choice / angles.length)] ?? '';
  return `${kicker}${subject} ${event}, ${angle}`;
}
